"""Serves moto, with what it lacks, on a free port of loopback.

    python tests/aws/serve.py

Prints its address as one line, `http://127.0.0.1:<port>`. Ends when its standard input does, and so with the process that
started it. Two seconds from start to first answer.
"""

import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import moto_additions  # noqa: E402


class QuietHandler(MotoRequestHandler):
    """Logs no request."""

    def log_request(self, *_arguments) -> None:
        pass


def main() -> None:
    moto_additions.install()
    application = moto_additions.around(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
