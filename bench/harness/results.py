"""What a run has made, and whether it is what was to be made."""

import json
import subprocess
from pathlib import Path

from .contenders import Prepared
from .environment import BENCH
from .item import Contender, Item


class WrongResult(Exception):
    """A contender did not make what was to be made: no time is worth reporting."""


def read(prepared: Prepared, item: Item, log: Path, since: float, interpreter: str) -> dict:
    """What a run has made, read by a process that is not the contender's.

    A table: rows, sum, fingerprint, bytes written since `since` (seconds since 1970), and how many files and snapshots; see
    `verify.py`. Figures: what the limit printed. Raises WrongResult.
    """
    if prepared.kind == "nothing":
        return {}
    if prepared.kind in ("figures", "report"):
        found = json.loads(log.read_text(encoding="utf-8"))
        if not holds(found, prepared.expected):
            raise WrongResult(f"{item.name}: the report does not hold {prepared.expected}")
        return found if prepared.kind == "figures" else {}
    command = [interpreter, BENCH / "verify.py", prepared.kind, prepared.out, item.sum_column, str(since)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def holds(found: object, expected: object) -> bool:
    """Whether `found` is as `expected`, where an object may have more entries, and a list has as many."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(holds(found.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        return (isinstance(found, list) and len(found) == len(expected)
                and all(holds(*pair) for pair in zip(found, expected, strict=True)))
    return found == expected


def verify(item: Item, contender: Contender, results: dict[str, dict]) -> None:
    """A table must be what the generator says, and what every other contender wrote. Raises WrongResult."""
    result = results[contender.name]
    if "rows" not in result:
        return
    if result["rows"] != contender.source.rows:
        raise WrongResult(f"{item.name}, {contender.name}: {result['rows']} rows, expected {contender.source.rows}")
    if contender.source.total not in (None, result["sum"]):
        raise WrongResult(f"{item.name}, {contender.name}: the sum of {item.sum_column} is {result['sum']}, "
                          f"expected {contender.source.total}")
    compared = ("rows", "sum", "fingerprint") if item.same_types else ("rows", "sum")
    for name, other in results.items():
        for what in compared:
            if "rows" in other and other[what] != result[what]:
                raise WrongResult(f"{item.name}: {what} of {contender.name} is {result[what]}, of {name} {other[what]}")
