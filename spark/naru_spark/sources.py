"""Landed files, by `file://` and `s3://` locations. What is read is the file that was planned, or an error says so."""

import io
import os
from pathlib import Path

from naru_spark import s3
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


def is_in_s3(location: str) -> bool:
    return location.startswith("s3://")


def path_of(location: str) -> Path:
    """The path of a location. Raises RunError for another scheme than `file`."""
    path = location.removeprefix("file://").removeprefix("file:")
    if not path.startswith("/"):
        raise RunError(f"{location}: this program reads landed files of directories (file://) and of S3 (s3://) only")
    return Path(path)


def open_range(source: dict, start: int = 0, end: int | None = None, owner: str | None = None) -> io.RawIOBase:
    """A planned source from `start`. `owner`: the account that its bucket must belong to.

    Raises RunError if it is not the file that was planned; in S3, where every request says which version it is about,
    `read` raises it.
    """
    location = source["location"]
    if is_in_s3(location):
        return s3.ObjectRange(location, source["etag"], owner, start, source["size_bytes"] if end is None else end)
    require_same(source)
    try:
        return Window(path_of(location), start, end)
    except OSError as error:
        raise RunError(f"{location}: {error.strerror}", TRY_LATER) from error


def require_same(source: dict, owner: str | None = None) -> None:
    """Raises RunError if a source, or its absence, is not what was planned."""
    etag = etag_of(source["location"], owner)
    if etag != source["etag"]:
        raise s3.changed(source["location"], is_gone=etag is None)


def etag_of(location: str, owner: str | None) -> str | None:
    """What a file's content changes, as `naru-aws` and `naru-local` have it; None: there is no such file."""
    if is_in_s3(location):
        return s3.etag(location, owner)
    try:
        status = os.stat(path_of(location))
    except FileNotFoundError:
        return None
    return f"{status.st_size}-{status.st_mtime_ns}"


def told(source: dict, error: Exception) -> tuple[str, int]:
    """What became of a source, for the driver: the message and the exit code."""
    if isinstance(error, RunError):
        return str(error), error.exit_code
    cause, _, hint = str(error).partition("; hint: ")
    return f"cannot read {source['location']}\n  {cause}\nhint: {hint or 'nothing was committed'}", FAILED
