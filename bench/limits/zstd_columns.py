"""zstd of the columns alone: no load whose columns are compressed by it at this level can take less on these cores.

    zstd_columns.py transactions IN.csv OUT_DIR

The rows are read and encoded to Parquet without compression, in memory; then the bytes of all columns, in pieces of about
a page, are compressed by every core at level 1. Only this is timed, and printed as JSON. Some pieces are decompressed
again and compared.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "peers"))

from arrow_csv import read  # noqa: E402

LEVEL = 1
PAGE_BYTES = 1024 * 1024
COMPARED = 97


def columns(what: str, source: str) -> pa.Buffer:
    """The file's columns, encoded as PyArrow does by default, not compressed."""
    sink = pa.BufferOutputStream()
    pq.write_table(read(what, source), sink, compression="none")
    return sink.getvalue()


encoded = columns(sys.argv[1], sys.argv[2])
pages = [encoded.slice(at, min(PAGE_BYTES, encoded.size - at)) for at in range(0, encoded.size, PAGE_BYTES)]
codec = pa.Codec("zstd", LEVEL)
with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as cores:
    started, cpu = time.perf_counter(), time.process_time()
    packed = list(cores.map(codec.compress, pages))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
for page, small in list(zip(pages, packed, strict=True))[::COMPARED]:
    if codec.decompress(small, page.size) != page:
        sys.exit("what was compressed is not what was given")
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "output_bytes": sum(p.size for p in packed)}))
