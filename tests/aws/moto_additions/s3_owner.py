"""The expected owner of a bucket: moto 5.2 does not look at it.

Amazon S3 API Reference, GetObject and every other request about a bucket or an object, `x-amz-expected-bucket-owner`: "The
account ID of the expected bucket owner. If the account ID that you provide does not match the actual owner of the bucket,
the request fails with the HTTP status code 403 Forbidden (access denied)."
"""

from moto.s3.models import s3_backends

_DENIED = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'


class Checked:
    """A WSGI application that refuses requests which expect another owner. Buckets stand in the path, as SDKs write them for
    an endpoint that is an address."""

    def __init__(self, application) -> None:
        self._application = application

    def __call__(self, environment, start_response):
        expected = environment.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
        bucket = environment.get("PATH_INFO", "").split("/")[1:2]
        owner = s3_backends.bucket_accounts.get(bucket[0]) if bucket else None
        if expected and owner and owner[1] != expected:
            # A client that is still sending would take a closed connection for the answer.
            environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
            headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(_DENIED)))]
            start_response("403 Forbidden", headers)
            return [b"" if environment["REQUEST_METHOD"] == "HEAD" else _DENIED]
        return self._application(environment, start_response)
