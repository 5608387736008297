"""Objects in S3, each read as one version of it: every request carries the ETag that was planned."""

import io
import random
import time
from typing import Any

from naru_spark import aws
from naru_spark.errors import TRY_LATER, RunError

# How often a body is asked for in a row without a byte of progress: the SDK tries again only until an answer begins.
BODY_ATTEMPTS = 4
FIRST_WAIT_SECONDS = 0.2


def split(location: str) -> tuple[str, str]:
    """Bucket and key of an `s3://` location. Raises RunError for another one."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not location.startswith("s3://") or not bucket or not key:
        raise RunError(f"{location}: this is no location in S3 (s3://bucket/key)")
    return bucket, key


def etag(location: str, owner: str | None) -> str | None:
    """An object's ETag as S3 writes it, in quotes; None: there is none. Raises RunError."""
    bucket, key = split(location)
    client = aws.client("s3")
    try:
        return client.head_object(Bucket=bucket, Key=key, **aws.owned(owner))["ETag"]
    except Exception as error:  # botocore makes classes of its errors while it runs.
        if aws.code_of(error) in aws.NOT_FOUND:
            return None
        raise aws.failed("look at a landed file", location, error) from error


def read_whole(location: str, owner: str | None) -> bytes:
    """A small object, whichever version is there. Raises RunError."""
    bucket, key = split(location)
    client = aws.client("s3")
    try:
        return client.get_object(Bucket=bucket, Key=key, **aws.owned(owner))["Body"].read()
    except Exception as error:
        raise aws.failed("read a file", location, error) from error


def changed(location: str, is_gone: bool) -> RunError:
    what = "is gone" if is_gone else "has changed"
    return RunError(f"{location} {what} since the run was planned; run the job again", TRY_LATER)


class ObjectRange(io.RawIOBase):
    """Bytes `[start, end)` of an object as it was planned: one request whose body is read as it comes, and another for
    the rest where it breaks off. Holds no more than what one `read` asks for.

    `read` raises RunError, 75 where the object is another than was planned, or gone.
    """

    def __init__(self, location: str, planned_etag: str, owner: str | None, start: int, end: int) -> None:
        super().__init__()
        self.location, self.etag, self.owner = location, planned_etag, owner
        self.position, self.end = start, end
        self.body: Any = None
        self.attempts = 0

    def read(self, size: int = -1) -> bytes:
        left = self.end - self.position
        size = left if size < 0 else min(size, left)
        while size > 0:
            try:
                if self.body is None:
                    self.body = self.ask()
                data = self.body.read(size)
                if not data:
                    raise EOFError("the body is shorter than was asked for")
            except RunError:
                raise
            except Exception as error:
                self.wait_to_ask_again(error)
                continue
            self.position += len(data)
            self.attempts = 0
            return data
        return b""

    def ask(self) -> Any:
        bucket, key = split(self.location)
        client = aws.client("s3")
        try:
            answer = client.get_object(Bucket=bucket, Key=key, Range=f"bytes={self.position}-{self.end - 1}",
                                       IfMatch=self.etag, **aws.owned(self.owner))
        except Exception as error:
            code = aws.code_of(error)
            if code in aws.CHANGED or code == "InvalidRange":
                raise changed(self.location, is_gone=False) from error
            if code == "NoSuchKey":
                raise changed(self.location, is_gone=True) from error
            raise aws.failed("read a landed file", self.location, error) from error
        return answer["Body"]

    def wait_to_ask_again(self, error: Exception) -> None:
        self.drop_body()
        self.attempts += 1
        if self.attempts >= BODY_ATTEMPTS:
            raise aws.failed("read a landed file", self.location, error) from error
        time.sleep(random.uniform(0.5, 1.0) * FIRST_WAIT_SECONDS * 2 ** (self.attempts - 1))

    def drop_body(self) -> None:
        if self.body is not None:
            self.body.close()
            self.body = None

    def close(self) -> None:
        self.drop_body()
        super().close()
