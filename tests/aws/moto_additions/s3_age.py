"""Objects that were put earlier than they were: tests do not wait for minutes to pass.

Amazon S3 API Reference, "Object": LastModified is the "Creation date of the object." A test makes an object older by
`POST /moto-additions/s3-age`, with JSON: {"Bucket": "…", "Key": "…", "Seconds": 900}
"""

from datetime import timedelta

from moto.s3.models import s3_backends

PATH = "/moto-additions/s3-age"


def make_older(asked: dict) -> bool:
    """Whether the object is there."""
    for regions in s3_backends.values():
        for backend in regions.values():
            found = backend.buckets.get(asked["Bucket"])
            if found is not None and (there := found.keys.get(asked["Key"])) is not None:
                there.last_modified -= timedelta(seconds=asked["Seconds"])
                return True
    return False
