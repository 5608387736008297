"""One core's inflate of a gzip file: zlib, as PyArrow has it, to nowhere. The time of a load of that file cannot be less
on one stream.

    inflate.py transactions IN.csv.gz OUT_DIR

Prints its figures, timed inside, as JSON. That the bytes are whole is gzip's own check sum.
"""

import json
import sys
import time

import pyarrow as pa

BLOCK_BYTES = 1024 * 1024

started, cpu = time.perf_counter(), time.process_time()
size = 0
with pa.OSFile(sys.argv[2]) as packed, pa.CompressedInputStream(packed, "gzip") as plain:
    while block := plain.read(BLOCK_BYTES):
        size += len(block)
seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "output_bytes": size}))
