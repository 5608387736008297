"""What was asked for: one JSON object a request, in a file, for tests that ask afterwards who may do that.

No addition to moto: nothing is answered otherwise.
"""

import io
import json
import threading
from pathlib import Path
from urllib.parse import parse_qsl, unquote

_HEADERS = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")


class Recorded:
    """A WSGI application that writes down each request before it passes it on: `method`, `path`, `query` (name to value), and,
    of services that speak JSON, `target` and `body`; of S3 the headers that policies have conditions on."""

    def __init__(self, application, file: Path) -> None:
        self._application, self._file, self._lock = application, file, threading.Lock()

    def __call__(self, environment, start_response):
        said = {
            "method": environment["REQUEST_METHOD"],
            "path": unquote(environment.get("PATH_INFO", "")),
            "query": dict(parse_qsl(environment.get("QUERY_STRING", ""), keep_blank_values=True)),
        }
        if target := environment.get("HTTP_X_AMZ_TARGET"):
            body = environment["wsgi.input"].read(int(environment.get("CONTENT_LENGTH") or 0))
            environment["wsgi.input"] = io.BytesIO(body)
            said |= {"target": target, "body": json.loads(body or b"{}")}
        else:
            found = {name: environment.get("HTTP_" + name.upper().replace("-", "_")) for name in _HEADERS}
            said["headers"] = {name: value for name, value in found.items() if value}
        with self._lock, self._file.open("a") as file:
            file.write(json.dumps(said) + "\n")
        return self._application(environment, start_response)
