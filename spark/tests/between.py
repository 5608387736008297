"""A server between the program and AWS, on which requests go wrong. Every connection serves one request."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import BinaryIO
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Wrong:
    """What happens to a request instead of its answer: passed on first, or not; another status with the code of an error, or
    the real answer whose body breaks off after so many bytes, or none at all; after so many seconds.
    """

    is_passed_on: bool = True
    status: int | None = None
    code: str = ""
    cut_at: int | None = None
    is_lost: bool = False
    after_seconds: float = 0


class Between:
    """Passes requests on to moto, and lets some go wrong: `counts` says which are counted, by method and headers, and
    `wrong` what happens to the one of this number, from 0.
    """

    def __init__(self, counts: Callable[[str, dict], bool], wrong: Callable[[int], Wrong | None]) -> None:
        self.counted: list[dict] = []
        lock, target = threading.Lock(), urlsplit(os.environ["AWS_ENDPOINT_URL"])

        class Handler(StreamRequestHandler):
            def handle(handler) -> None:  # noqa: N805
                head, body = read_request(handler.rfile, handler.wfile)
                method, headers, happens = head.split(" ", 1)[0], headers_of(head), Wrong()
                if head and counts(method, headers):
                    with lock:
                        happens = wrong(len(self.counted)) or happens
                        self.counted.append(headers)
                time.sleep(happens.after_seconds)
                answer = pass_on(target.hostname, target.port, head, body) if head and happens.is_passed_on else b""
                if happens.status is not None:
                    answer = refusal(happens, method, headers)
                if happens.cut_at is not None:
                    answer = answer[: answer.index(b"\r\n\r\n") + 4 + happens.cut_at]
                if not happens.is_lost:
                    handler.wfile.write(answer)

        self.server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"


def refusal(wrong: Wrong, method: str, headers: dict) -> bytes:
    """An answer that is an error: S3's are XML, those of the other services JSON."""
    if "X-Amz-Target" in headers:
        body = json.dumps({"__type": wrong.code, "Message": "m"})
    else:
        body = "" if method == "HEAD" else f"<Error><Code>{wrong.code}</Code><Message>m</Message></Error>"
    return f"HTTP/1.1 {wrong.status} Wrong\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def read_request(stream: BinaryIO, answers: BinaryIO) -> tuple[str, bytes]:
    """A request's head, with its empty line, and its body as it is on the wire; nothing where the client has gone."""
    lines = []
    while not lines or lines[-1] != b"\r\n":
        if not (line := stream.readline()):
            return "", b""
        lines.append(line)
    head = b"".join(lines).decode("latin-1")
    headers = {name.lower(): value for name, value in headers_of(head).items()}
    if headers.get("expect", "").lower() == "100-continue":
        answers.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return head, stream.read(int(headers.get("content-length", 0)))
    body, size = b"", None
    while size != 0:
        line = stream.readline()
        size = int(line.partition(b";")[0], 16)
        body += line + stream.read(size + 2)
    return head, body


def headers_of(head: str) -> dict[str, str]:
    lines = [line.partition(":") for line in head.split("\r\n")[1:] if line]
    return {name: value.strip() for name, _, value in lines}


def pass_on(host: str, port: int, head: str, body: bytes) -> bytes:
    """A request's whole answer. moto tells services apart by the signature, which is passed on as it is."""
    kept = [line for line in head.split("\r\n") if line and line.partition(":")[0].lower() not in ("connection", "expect")]
    with socket.create_connection((host, port)) as moto:
        moto.sendall("\r\n".join([*kept, "Connection: close", "", ""]).encode("latin-1") + body)
        parts = []
        while part := moto.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)
