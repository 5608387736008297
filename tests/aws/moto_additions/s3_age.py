"""Objects that were put earlier than they were: tests do not wait for minutes to pass.

Amazon S3 API Reference, "Object": LastModified is the "Creation date of the object." A test makes an object older by
`POST /moto-additions/s3-age`, with JSON: {"Bucket": "…", "Key": "…", "Seconds": 900}
"""

import json
from datetime import timedelta

from moto.s3.models import s3_backends

_PATH = "/moto-additions/s3-age"


class Aged:
    """A WSGI application that takes what tests say of ages."""

    def __init__(self, application) -> None:
        self._application = application

    def __call__(self, environment, start_response):
        if environment.get("PATH_INFO") != _PATH:
            return self._application(environment, start_response)
        asked = json.loads(environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"])))
        found = _make_older(asked["Bucket"], asked["Key"], asked["Seconds"])
        start_response("200 OK" if found else "404 Not Found", [("Content-Length", "0")])
        return [b""]


def _make_older(bucket: str, key: str, seconds: int) -> bool:
    for regions in s3_backends.values():
        for backend in regions.values():
            found = backend.buckets.get(bucket)
            if found is not None and (there := found.keys.get(key)) is not None:
                there.last_modified -= timedelta(seconds=seconds)
                return True
    return False
