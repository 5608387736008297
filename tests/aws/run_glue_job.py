"""Does with a Glue run that was started in moto what Glue does: runs the job's program with its packages and arguments, and
says how it ended. It runs on this machine, in this Python, which has the wheels.

    python tests/aws/run_glue_job.py JOB RUN_ID

Jars come from NARU_SPARK_JARS, settings of Spark from NARU_SPARK_CONF (`KEY=VALUE`, a line each).

AWS Glue Developer Guide, "Using job parameters in AWS Glue jobs": the arguments of a run win over the job's defaults; each is
given to the script as `--key value`; `--extra-py-files` are added to Python's path. "AWS Glue job run statuses": a script
that raises, or exits with another code than 0, has FAILED, and ErrorMessage is the exception's last line.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import boto3

# Those that are Glue's own, and not the script's.
GLUES_OWN = ("--additional-python-modules", "--extra-py-files", "--datalake-formats", "--job-bookmark-option")


def fetch(location: str, directory: Path) -> Path:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    path = directory / key.rpartition("/")[2]
    boto3.client("s3").download_file(bucket, key, str(path))
    return path


def run(job: dict, arguments: dict[str, str]) -> tuple[str, str | None]:
    """The state in which the run ends, and its error message."""
    with tempfile.TemporaryDirectory() as scratch:
        packages = [fetch(place, Path(scratch)) for place in arguments.get("--extra-py-files", "").split(",") if place]
        script = fetch(job["Command"]["ScriptLocation"], Path(scratch))
        command = [sys.executable, str(script), "--JOB_NAME", job["Name"]]
        for key, value in arguments.items():
            command += [key, value] if key not in GLUES_OWN else []
        command += [f"--conf={line}" for line in os.environ.get("NARU_SPARK_CONF", "").splitlines()]
        path = os.pathsep.join([*map(str, packages), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return "SUCCEEDED", None
        if "Traceback" not in done.stderr:
            return "FAILED", f"SystemExit: {done.returncode}"
        told = done.stderr.rpartition("Traceback")[2].splitlines()
        raised = [number for number, line in enumerate(told) if line and not line.startswith((" ", "("))]
        message = "\n".join(told[raised[0]:]) if raised else done.stderr
        return "FAILED", message.removeprefix("naru_spark.errors.")


def main(name: str, run_id: str) -> None:
    glue = boto3.client("glue")
    job, started = glue.get_job(JobName=name)["Job"], glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
    state, message = run(job, {**job["DefaultArguments"], **started["Arguments"]})
    ended = {"JobRunId": run_id, "JobRunState": state, "ErrorMessage": message, "ExecutionTime": 60}
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    urllib.request.urlopen(f"{endpoint}/moto-additions/glue-job-runs", json.dumps(ended).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
