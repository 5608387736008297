"""Writes the benchmark's CSV file: bank transactions, 9 columns, about 113 bytes a row, the same bytes for the same rows.

    generate.py OUT.csv ROWS [DAYS]

The trades are of DAYS different days, 2,500 unless said. Columns are made as Arrow arrays and joined into lines by
Arrow, so that 10 million rows take seconds. Beside OUT.csv stands OUT.json with what every reader must find: rows, and the
exact sum of `amount` in hundredths.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SEED = 20_261_122
CHUNK_ROWS = 250_000
HEADER = "transaction_id,account_no,channel,traded_on,traded_at,amount,installments,is_abroad,memo\n"
# The empty text, unquoted, is null.
CHANNELS = ["MOBILE", "WEB", "ATM", "BRANCH", "CALL", "POS", ""]
ITEMS = ["coffee", "생활용품", "급여 이체", "rent, deposit", "편의점", "카드 대금", "a \"\"quoted\"\" word", "utilities"]
PLACES = ["Gangnam", "부산 서면", "Jeju", "대전", "Mapo", "Incheon, T1"]
FIRST_DAY = np.datetime64("2020-01-01", "D").astype(np.int64)
DAYS = 2_500
MICROS_A_DAY = 86_400_000_000


def padded(numbers: np.ndarray, width: int) -> pa.Array:
    """Numbers as text with leading zeros."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def choice(random: np.random.Generator, words: list[str], rows: int) -> pa.Array:
    """Random words."""
    return pc.take(pa.array(words), pa.array(random.integers(0, len(words), rows)))


def chunk(first: int, rows: int, seed: int = SEED, days: int = DAYS) -> tuple[pa.StringArray, np.ndarray]:
    """Lines of rows `first`, `first + 1`, …, each with its end, and their amounts in hundredths."""
    random = np.random.default_rng([seed, first])
    account = random.integers(0, 10**9, rows)
    account_no = pc.binary_join_element_wise(padded(account // 10**6, 3), padded(account % 10**6, 9), "-")
    day = FIRST_DAY + random.integers(0, days, rows)
    instant = day * MICROS_A_DAY + random.integers(0, MICROS_A_DAY, rows)
    # Most amounts are small, a few are very large, one in ten is negative.
    cents = np.floor(10 ** random.uniform(2, 9, rows)).astype(np.int64)
    negative = random.random(rows) < 0.1
    amount = pc.binary_join_element_wise(
        pc.take(pa.array(["", "-"]), pa.array(negative.astype(np.int8))),
        pc.binary_join_element_wise(pa.array(cents // 100).cast(pa.string()), padded(cents % 100, 2), "."),
        "",
    )
    months = random.integers(0, 24, rows)
    till = padded(random.integers(0, 10**6, rows), 6)
    memo = pc.binary_join_element_wise(choice(random, ITEMS, rows), choice(random, PLACES, rows), till, ", ")
    columns = [
        pa.array(np.arange(first + 1, first + 1 + rows)).cast(pa.string()),
        account_no,
        choice(random, CHANNELS, rows),
        pa.array(day.astype(np.int32)).cast(pa.date32()).cast(pa.string()),
        pa.array(instant).cast(pa.timestamp("us")).cast(pa.string()),
        amount,
        pc.if_else(pa.array(months == 0), "", pa.array(months).cast(pa.string())),
        pc.take(pa.array(["false", "true"]), pa.array((random.random(rows) < 0.15).astype(np.int8))),
        pc.binary_join_element_wise('"', memo, '"\n', ""),
    ]
    return pc.binary_join_element_wise(*columns, ","), np.where(negative, -cents, cents)


def text(lines: pa.StringArray) -> pa.Buffer:
    """The lines one after the other, as they are in memory."""
    start, end = (np.frombuffer(lines.buffers()[1], np.int32)[i] for i in (0, len(lines)))
    return lines.buffers()[2][int(start) : int(end)]


def main() -> None:
    path, rows = Path(sys.argv[1]), int(sys.argv[2])
    days = int(sys.argv[3]) if len(sys.argv) > 3 else DAYS
    total = 0
    partial = path.with_suffix(".partial")
    with partial.open("wb") as out:
        out.write(HEADER.encode())
        for first in range(0, rows, CHUNK_ROWS):
            lines, cents = chunk(first, min(CHUNK_ROWS, rows - first), days=days)
            out.write(text(lines))
            total += int(cents.sum())
    path.with_suffix(".json").write_text(json.dumps({"rows": rows, "sum_hundredths": total}) + "\n")
    partial.rename(path)


if __name__ == "__main__":
    main()
