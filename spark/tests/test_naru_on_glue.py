"""`naru run` on route `sp` of a lake on AWS, from end to end: the Glue run that naru starts in moto really runs the program,
on this machine, against moto's S3 and Glue Data Catalog.
"""

import base64
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from pyiceberg.catalog.glue import GlueCatalog

from cases import CLEAR, DAY1, DAY2, KEY, SIMPLE, simple
from conftest import SMALL, jars
from support import HEADER, binary

ROOT = Path(__file__).parents[2]
JOB = "core__deposit__account__p1__append__sp__d"


@dataclass
class Site:
    """A project whose lake is in moto, and the environment of who uses it."""

    root: Path
    environment: dict[str, str]

    def client(self, service: str):  # noqa: ANN201
        return boto3.client(service, endpoint_url=self.environment["AWS_ENDPOINT_URL"], region_name="us-east-1",
                            aws_access_key_id="test", aws_secret_access_key="test")

    def python(self, script: str, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, str(ROOT / "tests/aws" / script), *arguments], env=self.environment,
                              check=True, capture_output=True)

    def put(self, bucket: str, key: str, data: bytes) -> None:
        self.client("s3").put_object(Bucket=f"acme-dev-{bucket}", Key=key, Body=data)

    def drop(self, interval: str, data: bytes) -> None:
        self.put("landing-p1", f"core/deposit/account/{interval}/a.csv", data)

    def define(self, definition: str) -> None:
        """The job's definition from now on."""
        (self.root / "table-defs/deposit/account.csv").write_text(definition, encoding="utf-8")

    def run(self, interval: str, *options: str, verb: str = "run", job: str = JOB, **environment: str) -> tuple[int, dict, str]:
        """`naru run`, and the Glue run that it starts: exit code, report, and what it told. `environment`: of naru alone."""
        naru = subprocess.Popen([binary(), "--project", str(self.root), verb, job, "--date", interval, "--json", *options],
                                env=self.environment | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        told = ""
        for line in naru.stderr:
            told += line
            if "is started; its log: " in line:
                self.python("run_glue_job.py", f"acme-dev-{job}", line[line.index("jr_"):].split()[0])
        return naru.wait(), json.loads(naru.stdout.read())[0], told

    def rows(self, table: str) -> list[dict]:
        aws = {"endpoint": self.environment["AWS_ENDPOINT_URL"], "region": "us-east-1", "access-key-id": "test",
               "secret-access-key": "test"}
        catalog = GlueCatalog("glue", **{f"{of}.{key}": value for of in ("glue", "s3") for key, value in aws.items()})
        return catalog.load_table(f"dev_deposit.{table}").scan().to_arrow().to_pylist()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    moto = subprocess.Popen([sys.executable, str(ROOT / "tests/aws/serve.py")], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    found = Site(tmp_path / "project", {
        **{name: value for name, value in os.environ.items() if not name.startswith(("NARU_", "AWS_"))},
        "AWS_ENDPOINT_URL": moto.stdout.readline().strip(), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "NARU_SPARK_JARS": jars(),
        "NARU_SPARK_CONF": "\n".join(f"{key}={value}" for key, value in SMALL.items()),
        "PATH": f"{Path(binary()).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if not path.startswith(str(ROOT / "spark"))),
    })
    files = {
        "naru.toml": 'org = "acme"\naccount = "123456789012"\n[phases.dev]\nlake = "aws"\n',
        "table-defs/deposit/account.csv": SIMPLE,
        f"dags/{JOB}.py": "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n",
    }
    for path, text in files.items():
        (found.root / path).parent.mkdir(parents=True, exist_ok=True)
        (found.root / path).write_text(text, encoding="utf-8")
    found.python("infrastructure.py", str(found.root), "dev")
    put_program(found)
    yield found
    moto.stdin.close()
    moto.wait()


def put_program(site: Site) -> None:
    """What `naru sync` is to put into the code bucket. The wheel is in this Python already."""
    version = subprocess.run([binary(), "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for module in sorted((ROOT / "spark/naru_spark").glob("*.py")):
            archive.write(module, f"naru_spark/{module.name}")
    site.put("code", f"spark/{version}/main.py", (ROOT / "spark/glue_main.py").read_bytes())
    site.put("code", f"spark/{version}/naru_spark.zip", package.getvalue())
    site.put("code", f"spark/{version}/naru_decode-{version}-cp39-abi3-manylinux_2_28_x86_64.whl", b"installed")


def test_a_load_by_a_glue_job_from_end_to_end(site):
    site.drop(DAY1, simple(range(50)))
    code, report, told = site.run(DAY1)
    assert code == 0, told
    assert (report["status"], report["engine"], report["rows"], report["quarantine"]) == ("loaded", "sp", 50, None)
    assert report["file_bytes"] > 500 and "is created" in told and "SUCCEEDED" in told
    assert sorted(row["id"] for row in site.rows("account")) == list(range(50))
    code, again, told = site.run(DAY1)
    assert (code, again["status"], again["snapshot_id"]) == (0, "unchanged", report["snapshot_id"]), told
    site.drop(DAY2, simple(range(3)) + b"x,seoul,2026-11-20,1.00\n")
    code, failed, told = site.run(DAY2)
    assert code == 1, told
    assert "failed: RunError: 1 of 4 rows do not fit" in told and "not_an_integer" in told, told
    assert failed["quarantine"]["rows"] == 1 and len(site.rows("account_quarantine")) == 1
    assert len(site.rows("account")) == 50
    site.define("@reject_limit,1\n" + SIMPLE)
    code, report, told = site.run(DAY2)
    assert (code, report["rows"], report["rejected"], report["quarantine"]["rows"]) == (0, 3, 1, 1), told
    runs = site.client("glue").get_job_runs(JobName=f"acme-dev-{JOB}")["JobRuns"]
    assert sorted(run["JobRunState"] for run in runs) == ["FAILED", "SUCCEEDED", "SUCCEEDED"]


def test_a_replay_runs_a_merge_again_by_a_glue_job(site):
    job = JOB.replace("append", "merge")
    (site.root / f"dags/{JOB}.py").rename(site.root / f"dags/{job}.py")
    site.define("@reject_limit,1\n" + SIMPLE)
    site.drop(DAY1, simple(range(5)) + b"9,seoul,2026-11-20,x\n")
    code, report, told = site.run(DAY1, job=job)
    assert (code, report["rows"], report["rejected"]) == (0, 5, 1), told
    site.define("@null,,x\n@reject_limit,1\n" + SIMPLE)
    code, report, told = site.run(DAY1, verb="replay", job=job)
    assert (code, report["status"], report["rows"], report["left"]) == (0, "run", 6, 0), told
    assert sorted(row["id"] for row in site.rows("account")) == [0, 1, 2, 3, 4, 9] and not site.rows("account_quarantine")
    runs = site.client("glue").get_job_runs(JobName=f"acme-dev-{job}")["JobRuns"]
    assert sorted(run["Arguments"].get("--again", "") for run in runs) == ["", "reload"]


def test_runs_read_the_treatment_key_by_themselves(site, tmp_path):
    site.define(HEADER + "ID,id,bigint,1,y,p1,,,\nACCOUNT,account_no,string,,,p1,hash,,\nNAME,name,string,,,p1,encrypt,,\n")
    site.drop(DAY1, f"ID,ACCOUNT,NAME\n1,{CLEAR[0]},{CLEAR[3]}\n2,,{CLEAR[3]}\nx,{CLEAR[0]},{CLEAR[3]}\n".encode())
    key = {"NARU_TREATMENT_KEY": KEY}
    code, _, told = site.run(DAY1, **key)
    assert code == 1 and "account_no, name are treated with a key, and naru.toml names no secret" in told, told
    with (site.root / "naru.toml").open("a", encoding="utf-8") as settings:
        settings.write('[glue]\ntreatment_key_secret = "{org}-{phase}-treatment-key"\n')
    code, _, told = site.run(DAY1, **key)
    assert code == 1 and "cannot read the secret of the treatment key: it does not exist" in told, told
    secrets = site.client("secretsmanager")
    secrets.create_secret(Name="acme-dev-treatment-key", SecretString=KEY[::-1])
    code, _, told = site.run(DAY1, **key)
    assert code == 1 and "the treatment key here has the id" in told, told
    secrets.put_secret_value(SecretId="acme-dev-treatment-key", SecretString=KEY)
    logs = tmp_path / "events"
    logs.mkdir()
    site.environment["NARU_SPARK_CONF"] += (f"\nspark.eventLog.enabled=true\nspark.eventLog.dir={logs.as_uri()}"
                                            "\nspark.eventLog.compress=false")
    site.define("@reject_limit,1\n" + (site.root / "table-defs/deposit/account.csv").read_text(encoding="utf-8"))
    code, report, told = site.run(DAY1, **key)
    assert (code, report["rows"], report["rejected"]) == (0, 2, 1), told
    by_glue = site.rows("account")
    job = site.client("glue").get_job(JobName=f"acme-dev-{JOB}")["Job"]
    assert job["DefaultArguments"]["--treatment-key-secret"] == "acme-dev-treatment-key"
    runs = site.client("glue").get_job_runs(JobName=job["Name"])["JobRuns"]
    [events] = [log.read_text(encoding="utf-8") for log in logs.iterdir()]
    assert "MapInArrow" in events and "SparkListenerEnvironmentUpdate" in events, "the log holds plans and settings"
    for kept in (events, told, repr(job), repr(runs)):
        for forbidden in (KEY, KEY.upper(), base64.b64encode(bytes.fromhex(KEY)).decode(), CLEAR[0], CLEAR[3]):
            assert forbidden not in kept
    # The same key by naru itself: the same values.
    code, report, told = site.run(DAY1, "--engine", "pl", "--force", **key)
    assert (code, report["engine"], report["status"]) == (0, "pl", "reloaded"), told
    assert site.rows("account") == by_glue and by_glue[0]["account_no"] != CLEAR[0]
