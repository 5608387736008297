"""Checks treated columns against the recipe in docs/treatments.md, followed without naru.

    python tests/python/check_treatments.py LAKE_DIR DATABASE.TABLE SOURCE_CSV COLUMN=SOURCE_COLUMN:TREATMENT...

Computes from the clear values of SOURCE_CSV (UTF-8, commas, a header; empty fields are null) what `hash` and `encrypt` must
make of them, by Python's hashlib and hmac and by the cryptography package, and compares with the table as PyIceberg reads
it. The key is NARU_TREATMENT_KEY, in hexadecimal. Exit 0: all is equal; 1: something is not. No value is printed.
"""

import argparse
import base64
import csv
import hashlib
import hmac
import os
import sys
from collections import Counter
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from lake_checks.catalog import open_catalog


def derive(secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA-256 (RFC 5869) without a salt."""
    pseudorandom_key = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    output = block = b""
    number = 1
    while len(output) < length:
        block = hmac.new(pseudorandom_key, block + info + bytes([number]), hashlib.sha256).digest()
        output += block
        number += 1
    return output[:length]


def treat(treatment: str, secret: bytes, text: str) -> str | None:
    """What a field's text must become; none for null."""
    if not text:
        return None
    clear = text.encode("utf-8")
    if treatment == "hash":
        return hmac.new(derive(secret, b"naru.treatment.hash.v1", 32), clear, hashlib.sha256).hexdigest()
    if treatment == "encrypt":
        sealed = AESSIV(derive(secret, b"naru.treatment.encrypt.v1", 64)).encrypt(clear, None)
        return base64.b64encode(sealed).decode("ascii")
    raise ValueError(f"no recipe for {treatment}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lake", type=Path)
    parser.add_argument("table")
    parser.add_argument("source", type=Path)
    parser.add_argument("columns", nargs="+", help="COLUMN=SOURCE_COLUMN:TREATMENT")
    options = parser.parse_args()
    secret = bytes.fromhex(os.environ["NARU_TREATMENT_KEY"])
    with options.source.open(encoding="utf-8", newline="") as file:
        clear_rows = list(csv.DictReader(file))
    table = open_catalog(options.lake).load_table(options.table)
    rows = table.scan().to_arrow().to_pylist()
    key_id = hashlib.sha256(b"naru.treatment.key-id.v1\0" + secret).hexdigest()[:16]
    faults = []
    if table.current_snapshot().summary.additional_properties.get("naru.treatment-key") != key_id:
        faults.append("the recorded key id is another one")
    for column in options.columns:
        target, _, rest = column.partition("=")
        source, _, treatment = rest.partition(":")
        expected = Counter(treat(treatment, secret, row[source]) for row in clear_rows)
        if expected != Counter(row[target] for row in rows):
            faults.append(f"{target} is not the {treatment} of {source}")
    for fault in faults:
        print(f"false: {fault}", file=sys.stderr)
    if not faults:
        print(f"{len(rows)} rows are treated as documented")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
