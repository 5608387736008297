"""The program on S3 and the Glue Data Catalog, which here are moto: what `naru run` does there, and reads what it wrote."""

import json
import subprocess

import boto3
import pytest

from aws import ACCOUNT, AwsProject
from between import Between, Wrong
from cases import DAY1, DAY2, DAY3, EVERY_TYPE, GOOD, SIMPLE, csv, simple
from naru_spark import bucket_keys, commit, decoding
from naru_spark import plan as plans
from program import run_program, written
from support import Job, others_first
from test_evolution import LATER, LATER_ROWS

REJECTING = "@reject_limit,5\n" + SIMPLE
BAD = b"x,y,2026-11-22,1\n"

STORIES = {
    "append": Job("append", REJECTING, [
        (DAY1, {"a.csv": simple(range(300)) + BAD, "b.csv": simple(range(0))}),
        (DAY1, {}),
        (DAY2, {"a.csv": simple(range(40))}),
        (DAY1, {"a.csv": simple(range(100)) + BAD + b"1,y,x,1\n"}),
        (DAY2, {"a.csv": None}),
        (DAY3, {"a.csv": simple(range(3)) + BAD * 6}),
    ]),
    "replace partitions": Job("replace", '@partition,day,"bucket(2, id)"\n@replace,partitions\n' + SIMPLE, [
        (DAY1, {"a.csv": simple(range(200))}), (DAY2, {"a.csv": simple(range(90), day=22)}),
        (DAY2, {"a.csv": simple(range(80), day=23)}),
    ]),
    "every type, under control": Job("append", '@control,"trailer(T, rows)"\n' + EVERY_TYPE, [
        (DAY1, {"a.csv": csv(*GOOD) + b"T,6\n"}), (DAY2, {"a.csv": csv(*GOOD) + b"T,7\n"})]),
}


@pytest.mark.parametrize("name", STORIES)
def test_two_tracks_one_result_on_aws(name, aws_project):
    results, found = [], aws_project(STORIES[name])
    for run in (found.run_naru, found.run_spark):
        found.start_again()
        results.append((found.run_all(run), found.tables(), found.records(), found.in_glue()))
        found.checked()
        assert found.keys("lake") == {("aws:kms", f"alias/{found.bucket('lake')}")}
        if found.objects("quarantine"):
            assert found.keys("quarantine") == {("aws:kms", f"alias/{found.bucket('quarantine')}")}
        assert not [key for key in found.objects("lake") if "staging" in key], "a run leaves no scratch table"
    by_naru, by_spark = results
    for of_naru, of_spark in zip(by_naru, by_spark, strict=True):
        assert of_spark == of_naru
    assert any(code == 0 for _, code, _ in by_naru[0]) and by_spark[3]["kind"] == "ICEBERG"


def test_each_track_goes_on_from_the_other(aws_project):
    found = aws_project(Job("append", REJECTING, []))
    found.drop(DAY1, {"a.csv": simple(range(20)) + BAD})
    found.drop(DAY2, {"a.csv": simple(range(30)) + BAD})
    assert found.run_naru(DAY1) == (0, "loaded")
    assert found.run_spark(DAY1) == (0, "unchanged")
    assert found.run_spark(DAY2) == (0, "loaded")
    assert found.run_naru(DAY2) == (0, "unchanged")
    found.drop(DAY1, {"a.csv": simple(range(5))})
    found.drop(DAY2, {"a.csv": simple(range(7))})
    assert found.run_spark(DAY1) == (0, "reloaded")
    assert found.run_naru(DAY2) == (0, "reloaded")
    # Definitions change: by the one, then by the other.
    found.define("@reject_limit,5\n" + LATER.replace("area,string", "region,string").replace(",region\n", ",\n").replace(
        "area", "region"))
    found.drop(DAY3, {"a.csv": LATER_ROWS})
    assert found.run_spark(DAY3) == (0, "loaded")
    by_spark = found.in_glue()["columns"]
    assert [column["Name"] for column in by_spark] == ["branch", "amount", "region", "id", "day", "load_interval"]
    assert [column["Type"] for column in by_spark][:2] == ["int", "decimal(20,2)"]
    assert by_spark[1]["Comment"] == "Amount"
    found.drop(DAY3, {"a.csv": LATER_ROWS * 1 + b"1,1,a,1,2026-12-01\n"})
    assert found.run_naru(DAY3) == (0, "reloaded")
    assert found.in_glue()["columns"] == by_spark
    tables = found.tables()
    assert len(tables[f"{found.database}.account"]["rows"]) == 5 + 7 + 3
    assert not tables[f"{found.database}.account_quarantine"]["rows"]
    found.checked()
    versions = boto3.client("glue").get_table_versions(DatabaseName=found.database, TableName="account")["TableVersions"]
    assert len(versions) == 1, "Glue keeps no version of each commit"


def test_a_file_is_read_as_it_was_planned_or_not_at_all(aws_project, monkeypatch):
    found = aws_project(Job("append", SIMPLE, []))
    for change, said in (({"a.csv": simple(range(301))}, "has changed"), ({"a.csv": None}, "is gone")):
        found.drop(DAY1, {"a.csv": simple(range(300))})
        plan = found.plan(DAY1)
        found.drop(DAY1, change)
        code, text = found.run_spark(DAY1, plan=plan)
        assert (code, said in text) == (75, True), text
    # After the first pass, in the middle of the second; and when all rows are read.
    for where in ("rows", "Findings"):
        found.drop(DAY1, {"a.csv": simple(range(300))})
        plan = found.plan(DAY1)

        def change_first(*arguments, original=getattr(decoding, where)):
            found.drop(DAY1, {"a.csv": simple(range(302))})
            return original(*arguments)

        monkeypatch.setattr("naru_spark.run.rows" if where == "rows" else "naru_spark.decoding.Findings", change_first)
        code, text = found.run_spark(DAY1, plan=plan)
        monkeypatch.undo()
        assert (code, "has changed" in text) == (75, True), text
    assert not found.tables()[f"{found.database}.account"]["rows"]
    assert not [key for key in found.objects("lake") if key.endswith(".parquet")], "what was staged is deleted"


def test_another_account_s_bucket_is_not_read(aws_project):
    found = aws_project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(3))})
    plan = plans.read(found.plan(DAY1).text, "210987654321")
    code, text = found.run_spark(DAY1, plan=plan)
    assert code == 1 and "access denied" in text, text


REFUSED = Wrong(is_passed_on=False, status=400, code="ConcurrentModificationException")
# The change was made, and its answer is lost.
LOST = Wrong(status=500, code="InternalServiceException")


@pytest.mark.parametrize("wrong", [REFUSED, LOST], ids=["refused", "lost"])
def test_a_swap_that_does_not_say_that_it_succeeded(wrong, aws_project):
    found = aws_project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    assert found.run_spark(DAY1) == (0, "loaded")
    found.drop(DAY2, {"a.csv": simple(range(30))})
    between = Between(lambda _, headers: headers.get("X-Amz-Target") == "AWSGlue.UpdateTable",
                      lambda number: wrong if number == 0 else None)
    assert found.run_spark(DAY2, endpoint=between.endpoint) == (0, "loaded")
    # Refused, it is made again; made, Iceberg's own second try meets a conflict, and finds the first one in the table.
    assert len(between.counted) == 2
    assert len(found.records()) == 2 and len(found.tables()[f"{found.database}.account"]["rows"]) == 50


def test_a_lost_race_is_run_again_on_the_new_state(aws_project, monkeypatch):
    found = aws_project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    found.drop(DAY2, {"a.csv": simple(range(30))})
    tries = others_first(monkeypatch, commit, lambda: found.run_naru(DAY2))
    assert found.run_spark(DAY1) == (0, "loaded")
    assert len(tries) == 2 and tries[0] is None and tries[1] is not None
    assert len(found.tables()[f"{found.database}.account"]["rows"]) == 50


def run(found: AwsProject, plan: str, **environment: str) -> subprocess.CompletedProcess:
    """The program as Glue starts it, with arguments of Glue's own beside naru's."""
    return run_program(found, plan, "--account", ACCOUNT, "--JOB_NAME", "x", "--naru-run", "core/deposit/account",
                       "--enable-metrics", **environment)


def test_the_program_by_a_plan_in_s3(aws_project):
    found = aws_project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    s3, place = boto3.client("s3"), {"Bucket": found.bucket("landing"), "Key": "plans/plan.json"}
    s3.put_object(**place, Body=found.plan(DAY1).text.encode())
    location = f"s3://{place['Bucket']}/{place['Key']}"
    done = run(found, location)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 20
    assert found.run_naru(DAY1) == (0, "unchanged")
    assert run(found, location + "x").returncode == 1
    # A bucket that is not encrypted as it must be, a key that is disabled: told before Spark starts.
    kms, bucket = boto3.client("kms"), found.bucket("lake")
    key = kms.describe_key(KeyId=f"alias/{bucket}")["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    disabled = run(found, location)
    assert disabled.returncode == 1 and "is disabled; enable it" in disabled.stderr, disabled.stderr
    kms.enable_key(KeyId=key)
    s3.delete_bucket_encryption(Bucket=bucket)
    plain = run(found, location)
    assert plain.returncode == 1 and f"bucket {bucket} has no default encryption" in plain.stderr, plain.stderr


def test_a_change_that_was_made_is_never_taken_for_refused(aws_project):
    found = aws_project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    assert found.naru("apply").returncode == 0
    plan = written(found, found.plan(DAY1).text)
    between = Between(lambda _, headers: headers.get("X-Amz-Target") == "AWSGlue.UpdateTable", lambda _: LOST)
    # Told to try once, Java's client tries twice: see aws.tries.
    done = run(found, plan, AWS_ENDPOINT_URL_GLUE=between.endpoint, AWS_MAX_ATTEMPTS="1")
    assert done.returncode == 0, done.stderr
    assert len(between.counted) == 2
    assert len(found.tables()[f"{found.database}.account"]["rows"]) == 20


def test_what_is_wrong_with_a_bucket_is_all_told(aws_project):
    found = aws_project(Job("append", SIMPLE, []))
    bucket, s3 = found.bucket("lake"), boto3.client("s3")
    for default, said in (({"SSEAlgorithm": "AES256"}, "not encrypted by SSE-KMS but by AES256"),
                          ({"SSEAlgorithm": "aws:kms"}, "the key that AWS manages"),
                          ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/none"}, "there is no key alias/none")):
        rule = {"ApplyServerSideEncryptionByDefault": default}
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        bucket_keys.verified.cache_clear()
        with pytest.raises(Exception, match="has no S3 bucket key") as raised:
            bucket_keys.verified(bucket, ACCOUNT)
        assert said in str(raised.value)
    bucket_keys.verified.cache_clear()
