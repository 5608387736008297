"""Reading objects over a network that breaks."""

import os

import boto3
import pytest

from between import Between, Wrong
from naru_spark import aws as clients
from naru_spark.errors import RunError
from naru_spark.s3 import BODY_ATTEMPTS, ObjectRange

CONTENT = bytes(range(256)) * 4096


@pytest.fixture
def landed(aws: None, monkeypatch: pytest.MonkeyPatch):
    """An object, by its ETag, and a way to it on which requests go wrong."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="network")
    etag = s3.put_object(Bucket="network", Key="a.csv", Body=CONTENT)["ETag"]

    def reader(wrong, start: int = 0, end: int = len(CONTENT), planned: str = etag):
        between = Between(lambda method, _: method == "GET", wrong)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", between.endpoint)
        monkeypatch.setattr("naru_spark.s3.FIRST_WAIT_SECONDS", 0.01)
        clients.client.cache_clear()
        return ObjectRange("s3://network/a.csv", planned, "123456789012", start, end), between

    yield reader
    clients.client.cache_clear()


def read_all(file: ObjectRange) -> bytes:
    found = b""
    while data := file.read(100_000):
        assert len(data) <= 100_000
        found += data
    return found


def test_a_range_goes_on_where_its_body_broke_off(landed):
    file, between = landed(lambda number: Wrong(cut_at=150_000) if number < 3 else None, start=1000, end=900_000)
    assert read_all(file) == CONTENT[1000:900_000]
    ranges = [headers["Range"] for headers in between.counted]
    assert len(ranges) == 4 and ranges[0] == "bytes=1000-899999"
    assert len(set(ranges)) == 4 and all(asked.endswith("-899999") for asked in ranges)
    assert all(headers["If-Match"] and headers["x-amz-expected-bucket-owner"] for headers in between.counted)


def test_a_body_that_never_comes_is_for_later(landed):
    file, between = landed(lambda number: Wrong(cut_at=0))
    with pytest.raises(RunError, match="AWS did not answer") as raised:
        read_all(file)
    assert raised.value.exit_code == 75 and len(between.counted) == BODY_ATTEMPTS


@pytest.mark.parametrize(("status", "code", "said", "exit_code"), [
    (503, "SlowDown", "asks to be slower", 75), (500, "InternalError", "did not answer", 75),
    (400, "ExpiredToken", "access denied", 1), (400, "KMS.DisabledException", "KMS key cannot be used", 1),
])
def test_refusals_are_told_apart(landed, status, code, said, exit_code):
    file, between = landed(lambda number: Wrong(is_passed_on=False, status=status, code=code))
    with pytest.raises(RunError, match=said) as raised:
        read_all(file)
    assert raised.value.exit_code == exit_code
    assert len(between.counted) == (int(os.environ["AWS_MAX_ATTEMPTS"]) if exit_code == 75 else 1)


def test_another_version_is_not_read(landed):
    file, _ = landed(lambda number: None, planned='"d41d8cd98f00b204e9800998ecf8427e"')
    with pytest.raises(RunError, match="has changed") as raised:
        file.read(1)
    assert raised.value.exit_code == 75
