"""How large naru's function for AWS Lambda is, and how fast it starts: medians of some starts.

    python bench/lambda_start.py TARGET_DIRECTORY [--starts 5]

TARGET_DIRECTORY holds `naru` and `naru-lambda`, as `cargo build --release --workspace` makes them. Lambda's runtime API and AWS (by
moto) are on loopback, so that what is measured is the program: no download of the package, and no network.
"""

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parent.parent
JOB = "core__deposit__account__p1__append__auto__d"
DEFINITION = "source,target,type,key,required,level\nID,id,bigint,1,y,p1\nNAME,name,string,,,p1\nAMT,amount,\"decimal(18,2)\",,,p1\n"
DAG = "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n"
SETTINGS = 'org = "bench"\naccount = "123456789012"\n[phases.dev]\nlake = "aws"\n'
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}


class RuntimeApi:
    """Lambda's runtime API for one function: when it was first asked, and what it answered."""

    def __init__(self) -> None:
        self.asked, self.events, self.answers = threading.Event(), queue.Queue(), queue.Queue()
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.asked_at = getattr(api, "asked_at", time.monotonic())
                api.asked.set()
                body = json.dumps(api.events.get()).encode()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "1")
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 900) * 1000)))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:naru")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                api.answers.put((time.monotonic(), json.loads(body)))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def start(binary: Path, environment: dict, event: dict) -> tuple[float, float, dict]:
    """Seconds from the process's start to its first question, and to the first answer; and that answer."""
    api = RuntimeApi()
    environment = environment | {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "naru",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "NARU_DEFS_BUCKET": "bench-dev-defs",
        "NARU_PHASE": "dev",
    }
    api.events.put(event)
    began = time.monotonic()
    with subprocess.Popen([binary], env=environment, stderr=subprocess.DEVNULL) as function:
        api.asked.wait(60)
        answered_at, answer = api.answers.get(timeout=120)
        function.kill()
    api.server.shutdown()
    return api.asked_at - began, answered_at - began, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("--starts", type=int, default=5)
    asked = parser.parse_args()
    binary = asked.target.resolve() / "naru-lambda"
    moto = subprocess.Popen(
        [sys.executable, ROOT / "tests/aws/serve.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    endpoint = moto.stdout.readline().strip()
    os.environ.update(AWS | {"AWS_ENDPOINT_URL": endpoint, "PATH": f"{binary.parent}:{os.environ['PATH']}"})
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory)
        for name, text in {"naru.toml": SETTINGS, "table-defs/deposit/account.csv": DEFINITION, f"dags/{JOB}.py": DAG}.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        (project / "kernel.whl").write_bytes(b"PK")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, ROOT / "tests/aws/infrastructure.py", project, "dev"], **quiet)
        subprocess.run(["naru", "--project", project, "sync", "--wheel", project / "kernel.whl"], **quiet)
        zipped = project / "naru-lambda.zip"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
            file.write(binary, "bootstrap")
        print(f"bootstrap {binary.stat().st_size / 1e6:.0f} MB, zip {zipped.stat().st_size / 1e6:.0f} MB")
        firsts, loads = [], []
        for number in range(asked.starts):
            day = f"2026-11-{number + 1:02}"
            rows = "".join(f"{row},name {row},{row}.25\n" for row in range(10_000))
            boto3.client("s3").put_object(
                Bucket="bench-dev-landing-p1", Key=f"core/deposit/account/{day}/a.csv", Body=f"ID,NAME,AMT\n{rows}".encode()
            )
            event = {"event": "run", "job": JOB, "date": day}
            first, load, answer = start(binary, dict(os.environ), event)
            assert answer["exit"] == 0 and answer["report"][0]["rows"] == 10_000, answer
            firsts.append(first)
            loads.append(load)
        print(f"start to the first question: median {statistics.median(firsts) * 1000:.0f} ms of {sorted(firsts)}")
        print(f"start to the answer of a run of 10,000 rows: median {statistics.median(loads):.2f} s of {sorted(loads)}")
    moto.communicate()


if __name__ == "__main__":
    main()
