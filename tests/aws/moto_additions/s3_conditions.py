"""Conditional writes in S3: moto 5.2 looks at the condition and writes in two steps, so that two requests at once both win.

Amazon S3 User Guide, "How to prevent object overwrites with conditional writes"
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html): "If multiple conditional writes occur for the
same object name, the first write operation to finish succeeds. Amazon S3 then fails subsequent writes with a 412 Precondition
Failed response."
"""

import functools
import threading

from moto.s3.responses import S3Response

_LOCK = threading.Lock()


def install() -> None:
    """Lets one conditional write through at a time."""
    original = S3Response.put_object

    @functools.wraps(original)
    def put_object(response, *arguments, **named):
        if "If-Match" in response.headers or "If-None-Match" in response.headers:
            with _LOCK:
                return original(response, *arguments, **named)
        return original(response, *arguments, **named)

    S3Response.put_object = put_object
