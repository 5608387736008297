"""Writes changed rows of the file that `generate.py` makes: the same columns, the same bytes for the same arguments.

    generate_changes.py OUT.csv ROWS CHANGES

CHANGES of the file's ROWS transactions, spread evenly over it and in no order, each with everything but its number new.
Beside OUT.csv stands OUT.json with what the table must hold afterwards, as `generate.py` writes it.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from generate import CHUNK_ROWS, HEADER, SEED, chunk, text


def main() -> None:
    path, rows, changes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    random = np.random.default_rng([SEED, rows, changes])
    changed = np.sort(random.choice(rows, changes, replace=False))
    lines, total = [], 0
    for first in range(0, rows, CHUNK_ROWS):
        number = min(CHUNK_ROWS, rows - first)
        places = changed[(changed >= first) & (changed < first + number)] - first
        _, before = chunk(first, number)
        after, cents = chunk(first, number, SEED + 1)
        lines.append(after.take(pa.array(places)))
        total += int(before.sum() + (cents[places] - before[places]).sum())
    together = pa.concat_arrays(lines).take(pa.array(random.permutation(changes)))
    partial = path.with_suffix(".partial")
    with partial.open("wb") as out:
        out.write(HEADER.encode())
        out.write(text(together))
    path.with_suffix(".json").write_text(json.dumps({"rows": rows, "sum_hundredths": total}) + "\n")
    partial.rename(path)


if __name__ == "__main__":
    main()
