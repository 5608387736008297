"""Landed files: those of a directory, by `file://` locations."""

import io
import os
from pathlib import Path

from naru_spark.errors import FAILED, TRY_LATER, RunError


class Window(io.RawIOBase):
    """A stretch of a file, `[start, end)` in bytes; `end` None: to the file's end."""

    def __init__(self, path: Path, start: int, end: int | None) -> None:
        super().__init__()
        self.file = path.open("rb", buffering=0)
        self.file.seek(start)
        self.left = None if end is None else end - start

    def read(self, size: int = -1) -> bytes:
        if self.left is not None:
            size = self.left if size < 0 else min(size, self.left)
        data = self.file.read(size)
        if self.left is not None:
            self.left -= len(data)
        return data

    def close(self) -> None:
        self.file.close()
        super().close()


def path_of(location: str) -> Path:
    """The path of a location. Raises RunError for another scheme than `file`."""
    path = location.removeprefix("file://").removeprefix("file:")
    if not path.startswith("/"):
        raise RunError(f"{location}: this program reads landed files of directories only (file://)")
    return Path(path)


def open_range(source: dict, start: int = 0, end: int | None = None) -> Window:
    """A planned source from `start`. Raises RunError if it is not the file that was planned."""
    require_same(source)
    try:
        return Window(path_of(source["location"]), start, end)
    except OSError as error:
        raise RunError(f"{source['location']}: {error.strerror}", TRY_LATER) from error


def require_same(source: dict) -> None:
    """Raises RunError if a source, or its absence, is not what was planned. The etag is as `naru-local` makes it."""
    try:
        status = os.stat(path_of(source["location"]))
        etag = f"{status.st_size}-{status.st_mtime_ns}"
    except FileNotFoundError:
        etag = None
    if etag != source["etag"]:
        what = "is gone" if etag is None else "has changed"
        raise RunError(f"{source['location']} {what} since the run was planned; run the job again", TRY_LATER)


def told(source: dict, error: Exception) -> tuple[str, int]:
    """What became of a source, for the driver: the message and the exit code."""
    if isinstance(error, RunError):
        return str(error), error.exit_code
    return f"{source['location']}: {error}", FAILED
