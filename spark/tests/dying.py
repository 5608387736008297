"""The program, which dies at a point of its run: `python dying.py POINT BEGUN ARGUMENTS…`.

It dies by kill -9 with all that it has started, as its container would. It makes the file BEGUN when it begins with the plan.
"""

import importlib
import os
import signal
import sys
from pathlib import Path

from naru_spark import __main__ as program

# A function, as its callers know it; whether before or after it; at which call.
POINTS = {
    "rows are held": ("staging.Staging.hold", "after", 1),
    "before the quarantine": ("quarantine.held", "before", 1),
    "in the quarantine's swap": ("commit.snapshot_of", "before", 1),
    "after the quarantine": ("quarantine.held", "after", 1),
    "rows are merged and written": ("merge_commit.merge", "after", 1),
    "in the swap, manifests are written": ("commit.snapshot_of", "before", 2),
    "after the swap": ("merge_commit.swap", "after", 1),
    "at the end": ("staging.Staging.close", "after", 2),
}


def dies_at(point: str) -> None:
    path, when, number = POINTS[point]
    module, *within, name = path.split(".")
    place = importlib.import_module(f"naru_spark.{module}")
    for part in within:
        place = getattr(place, part)
    function, calls = getattr(place, name), []

    def dying(*arguments, **named):  # noqa: ANN002, ANN003, ANN202
        calls.append(name)
        is_now = len(calls) == number
        if is_now and when == "before":
            die()
        found = function(*arguments, **named)
        if is_now:
            die()
        return found

    setattr(place, name, dying)


def die() -> None:
    os.killpg(0, signal.SIGKILL)


def begins(begun: Path) -> None:
    execute = program.execute

    def marked(*arguments):  # noqa: ANN002, ANN202
        begun.touch()
        return execute(*arguments)

    program.execute = marked


if __name__ == "__main__":
    point, begun = sys.argv[1], sys.argv[2]
    del sys.argv[1:3]
    begins(Path(begun))
    if point:
        dies_at(point)
    sys.exit(program.main())
