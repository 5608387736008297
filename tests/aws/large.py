"""Loads several gigabytes from S3 in this process, and says what it took: by hand, since it takes minutes and as much disk twice.

    python tests/aws/large.py NARU [GIGABYTES]

NARU is the program. S3 and all else of AWS is moto, on a port of loopback; each file has a gigabyte. Fails where rows are
missing, or where the process takes more than MOST_MIB of memory.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig

HERE = Path(__file__).parent
JOB = "core__deposit__movement__p1__append__pl__d"
DEFINITION = """source,target,type,key,required,level,treatment,format,description
ID,id,bigint,,y,p1,,,Number
ON,moved_on,date,,y,p1,,,Day
AT,moved_at,timestamp,,y,p1,,,Time
AMT,amount,"decimal(18,2)",,y,p1,,,Amount
MEMO,memo,string,,,p1,,,Text
"""
MOST_MIB = 512
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def csv_row(n: int) -> str:
    """One of many rows, none like another."""
    day, time_of_day = n % 28 + 1, f"{n % 24:02}:{n % 60:02}:{n * 7 % 60:02}.{n % 10**6:06}"
    text = f'"salary, {n * 7919 % 10**9:09}"'
    return f"{n},2026-11-{day:02},2026-11-{day:02} {time_of_day},{n % 10**7}.{n % 100:02},{text}\n"


def write_file(path: Path, first: int, size: int) -> int:
    """Rows in a file of about so many bytes; their number."""
    row = first
    with path.open("w") as out:
        out.write("ID,ON,AT,AMT,MEMO\n")
        while out.tell() < size:
            out.writelines(map(csv_row, range(row, row + 50_000)))
            row += 50_000
    return row - first


def peak_mib(naru: str, project: Path) -> tuple[float, float, dict]:
    """Runs the job: seconds, the process's peak of memory, and its report."""
    start = time.monotonic()
    command = [naru, "--project", str(project), "run", JOB, "--date", "2026-11-22", "--memory-mib", str(MOST_MIB), "--json"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    report = running.stdout.read()
    _, status, usage = os.wait4(running.pid, 0)
    if status:
        sys.exit(f"naru failed: {report.decode()}")
    return time.monotonic() - start, usage.ru_maxrss / 1024, json.loads(report)[0]


def main(naru: str, gigabytes: int) -> None:
    with tempfile.TemporaryDirectory() as work:
        project = Path(work) / "project"
        (project / "dags").mkdir(parents=True)
        (project / "table-defs" / "deposit").mkdir(parents=True)
        (project / "naru.toml").write_text('org = "large"\naccount = "123456789012"\n[phases.dev]\nlake = "aws"\n')
        (project / "dags" / f"{JOB}.py").write_text("from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n")
        (project / "table-defs" / "deposit" / "movement.csv").write_text(DEFINITION)
        server = subprocess.Popen([sys.executable, HERE / "serve.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        os.environ |= ENVIRONMENT | {"AWS_ENDPOINT_URL": server.stdout.readline().strip()}
        os.environ["PATH"] = f"{Path(naru).resolve().parent}:{os.environ['PATH']}"
        subprocess.run([sys.executable, HERE / "infrastructure.py", project, "dev"], check=True)
        rows, size, file = 0, 0, Path(work) / "file.csv"
        for number in range(gigabytes):
            rows += write_file(file, rows, 10**9)
            size += file.stat().st_size
            key = f"core/deposit/movement/2026-11-22/{number}.csv"
            boto3.client("s3").upload_file(str(file), "large-dev-landing-p1", key, Config=TransferConfig(multipart_chunksize=64 << 20))
            print(f"{file.stat().st_size / 1e9:.2f} GB in s3://large-dev-landing-p1/{key}", flush=True)
        file.unlink()
        subprocess.run([naru, "--project", project, "apply"], check=True)
        seconds, peak, report = peak_mib(naru, project)
        server.kill()
    print(f"{rows:,} rows, {size / 1e9:.2f} GB: {seconds:.1f} s, {peak:.0f} MiB at most")
    if report["rows"] != rows or peak > MOST_MIB:
        sys.exit(f"{report['rows']:,} rows are reported, and {MOST_MIB} MiB allowed")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5)
