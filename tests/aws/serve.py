"""Serves moto, with what it lacks, on a port of loopback: a free one unless it is named.

    python tests/aws/serve.py [--port N] [--record FILE]

Prints its address as one line, `http://127.0.0.1:<port>`. On a free port it ends when its standard input does, and so with
the process that started it; on a named one it serves until it is killed. Two seconds from start to first answer.
"""

import argparse
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import moto_additions  # noqa: E402
from moto_additions.recorded import Recorded  # noqa: E402


class QuietHandler(MotoRequestHandler):
    """Logs no request."""

    def log_request(self, *_arguments) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path, help="file that each request is written to")
    options = parser.parse_args()
    port = options.port
    moto_additions.install()
    application = moto_additions.around(DomainDispatcherApplication(create_backend_app))
    if options.record:
        application = Recorded(application, options.record)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    if port:
        server.serve_forever()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
