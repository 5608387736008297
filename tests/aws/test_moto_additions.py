"""What `moto_additions` adds, seen by boto3, which is AWS's own client."""

import json
import subprocess
import sys
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


class MotoAdditions(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        command = [sys.executable, str(Path(__file__).parent / "serve.py")]
        cls.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.endpoint = cls.server.stdout.readline().strip()
        cls.s3, cls.kms, cls.glue, cls.athena = (cls.client(name) for name in ("s3", "kms", "glue", "athena"))
        # moto disables a key by its id only.
        cls.key = cls.kms.create_key()["KeyMetadata"]["KeyId"]
        cls.kms.create_alias(AliasName="alias/bucket", TargetKeyId=cls.key)
        cls.s3.create_bucket(Bucket="bucket")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.communicate(timeout=20)

    @classmethod
    def client(cls, service: str):
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=cls.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def assert_fails(self, code: str, status: int, call, **arguments) -> None:
        with self.assertRaises(ClientError) as raised:
            call(**arguments)
        answer = raised.exception.response
        self.assertEqual((answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]), (code, status))

    def test_a_workgroup_is_there_or_refused(self) -> None:
        self.assert_fails("InvalidRequestException", 400, self.athena.get_work_group, WorkGroup="none")
        self.athena.create_work_group(Name="some", Configuration={"BytesScannedCutoffPerQuery": 10_000_000})
        found = self.athena.get_work_group(WorkGroup="some")["WorkGroup"]
        self.assertEqual(found["Configuration"]["BytesScannedCutoffPerQuery"], 10_000_000)

    def test_a_range_of_a_large_object_is_that_of_its_bytes(self) -> None:
        large = bytes(range(251)) * 80_000
        for name, body in {"large": large, "small": large[:1000]}.items():
            self.s3.put_object(Bucket="bucket", Key=name, Body=body)
            for asked, found in {"0-9": body[:10], "500-": body[500:], "-7": body[-7:], "990-99999999": body[990:]}.items():
                answer = self.s3.get_object(Bucket="bucket", Key=name, Range=f"bytes={asked}")
                self.assertEqual((answer["Body"].read(), answer["ResponseMetadata"]["HTTPStatusCode"]), (found, 206))
            beyond = {"Bucket": "bucket", "Key": name, "Range": f"bytes={len(body)}-"}
            self.assert_fails("InvalidRange", 416, self.s3.get_object, **beyond)
            self.assertEqual(self.s3.get_object(Bucket="bucket", Key=name)["Body"].read(), body)

    def test_an_object_is_as_old_as_it_is_said_to_be(self) -> None:
        self.s3.put_object(Bucket="bucket", Key="aged", Body=b"1")
        before = self.s3.head_object(Bucket="bucket", Key="aged")["LastModified"]
        asked = json.dumps({"Bucket": "bucket", "Key": "aged", "Seconds": 600}).encode()
        urllib.request.urlopen(f"{self.endpoint}/moto-additions/s3-age", asked)
        after = self.s3.head_object(Bucket="bucket", Key="aged")["LastModified"]
        self.assertEqual((before - after).total_seconds(), 600)
        self.assertEqual(self.s3.list_objects_v2(Bucket="bucket", Prefix="aged")["Contents"][0]["LastModified"].replace(microsecond=0), after)

    def test_a_table_is_updated_at_its_current_version_only(self) -> None:
        self.glue.create_database(DatabaseInput={"Name": "db"})
        self.glue.create_table(DatabaseName="db", TableInput={"Name": "t"})
        at = lambda version, **more: dict(DatabaseName="db", TableInput={"Name": "t"}, VersionId=version, **more)  # noqa: E731
        version = self.glue.get_table(DatabaseName="db", Name="t")["Table"]["VersionId"]
        self.glue.update_table(**at(version, SkipArchive=True))
        self.assert_fails("ConcurrentModificationException", 400, self.glue.update_table, **at(version))
        versions = self.glue.get_table_versions(DatabaseName="db", TableName="t")["TableVersions"]
        self.assertEqual(len(versions), 1, "no archive")

    def test_a_key_that_is_not_enabled_does_nothing(self) -> None:
        put = dict(Bucket="bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/bucket")
        self.s3.put_object(**put)
        secret = self.kms.encrypt(KeyId=self.key, Plaintext=b"x")["CiphertextBlob"]
        upload = self.s3.create_multipart_upload(
            Bucket="bucket", Key="m", ServerSideEncryption="aws:kms", SSEKMSKeyId=self.key
        )["UploadId"]
        part = dict(Bucket="bucket", Key="m", UploadId=upload, PartNumber=1, Body=b"x")
        break_and_mend = {
            "DisabledException": (lambda: self.kms.disable_key(KeyId=self.key), lambda: None),
            "KMSInvalidStateException": (
                lambda: self.kms.schedule_key_deletion(KeyId=self.key, PendingWindowInDays=7),
                lambda: self.kms.cancel_key_deletion(KeyId=self.key),
            ),
        }
        for code, (breaks, mends) in break_and_mend.items():
            breaks()
            self.assert_fails(code, 400, self.kms.encrypt, KeyId=self.key, Plaintext=b"x")
            self.assert_fails(code, 400, self.kms.decrypt, CiphertextBlob=secret)
            self.assert_fails(code, 400, self.kms.generate_data_key, KeyId=self.key, KeySpec="AES_256")
            self.assert_fails(f"KMS.{code}", 400, self.s3.put_object, **put)
            self.assert_fails(f"KMS.{code}", 400, self.s3.get_object, Bucket="bucket", Key="k")
            self.assert_fails(f"KMS.{code}", 400, self.s3.upload_part, **part)
            self.s3.head_object(Bucket="bucket", Key="k")
            mends()
            self.kms.enable_key(KeyId=self.key)
            self.assertEqual(self.s3.get_object(Bucket="bucket", Key="k")["Body"].read(), b"x")

    def test_a_key_that_does_not_exist_does_nothing(self) -> None:
        put = dict(Bucket="bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="none")
        self.assert_fails("KMS.NotFoundException", 400, self.s3.put_object, **put)

    def test_a_policy_for_tls_denies_only_what_comes_without(self) -> None:
        self.s3.create_bucket(Bucket="by-tls")
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::by-tls/*"}
        for condition, is_denied in (({}, True), ({"Bool": {"aws:SecureTransport": "false"}}, False)):
            policy = {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
            self.s3.put_bucket_policy(Bucket="by-tls", Policy=json.dumps(policy))
            if is_denied:
                with self.assertRaises(ClientError):
                    self.s3.put_object(Bucket="by-tls", Key="k", Body=b"")
            else:
                self.s3.put_object(Bucket="by-tls", Key="k", Body=b"")

    def test_the_expected_owner_is_the_owner(self) -> None:
        self.s3.list_objects_v2(Bucket="bucket", ExpectedBucketOwner=ACCOUNT)
        other = dict(Bucket="bucket", ExpectedBucketOwner="000000000000")
        self.assert_fails("AccessDenied", 403, self.s3.list_objects_v2, **other)
        self.assert_fails("AccessDenied", 403, self.s3.put_object, Key="o", Body=b"x", **other)
        self.assert_fails("403", 403, self.s3.head_object, Key="o", **other)

    def test_of_conditional_writes_at_once_one_wins(self) -> None:
        put = dict(Bucket="bucket", Key="claim", Body=b"x", IfNoneMatch="*")

        def wins(_number: int) -> bool:
            try:
                self.client("s3").put_object(**put)
            except ClientError as error:
                self.assertEqual(error.response["Error"]["Code"], "PreconditionFailed")
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            self.assertEqual(sum(threads.map(wins, range(8))), 1)
        etag = self.s3.get_object(Bucket="bucket", Key="claim")["ETag"]
        self.s3.put_object(Bucket="bucket", Key="claim", Body=b"y", IfMatch=etag)
        again = dict(Bucket="bucket", Key="claim", Body=b"z", IfMatch=etag)
        self.assert_fails("PreconditionFailed", 412, self.s3.put_object, **again)

    def job(self, name: str, **more) -> dict:
        job = dict(Name=name, Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://b/k"}, **more)
        self.glue.create_job(**job)
        return job

    def control(self, **asked) -> None:
        body = json.dumps(asked).encode()
        urllib.request.urlopen(f"{self.endpoint}/moto-additions/glue-job-runs", body).close()

    def run_of(self, name: str, run_id: str) -> dict:
        return self.glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]

    def test_a_job_is_overwritten_by_an_update_and_by_nothing_else(self) -> None:
        job = self.job("updated", Timeout=5, DefaultArguments={"--a": "b"})
        self.assert_fails("AlreadyExistsException", 400, self.glue.create_job, **job)
        update = dict(Role="other", Command=job["Command"], Timeout=7)
        self.assertEqual(self.glue.update_job(JobName="updated", JobUpdate=update)["JobName"], "updated")
        found = self.glue.get_job(JobName="updated")["Job"]
        self.assertEqual((found["Role"], found["Timeout"]), ("other", 7))
        self.assertEqual(found.get("DefaultArguments", {}), {}, "what the update leaves out is gone")
        missing = dict(JobName="none", JobUpdate=update)
        self.assert_fails("EntityNotFoundException", 400, self.glue.update_job, **missing)

    def test_a_run_goes_on_until_it_is_ended(self) -> None:
        self.job("ended")
        for state, message in {"SUCCEEDED": None, "FAILED": "why", "TIMEOUT": None, "STOPPED": None}.items():
            run_id = self.glue.start_job_run(JobName="ended")["JobRunId"]
            self.assertEqual(self.run_of("ended", run_id)["JobRunState"], "STARTING")
            for _ in range(5):
                live = self.run_of("ended", run_id)
            self.assertEqual((live["JobRunState"], "CompletedOn" in live), ("RUNNING", False))
            self.assert_fails("ConcurrentRunsExceededException", 400, self.glue.start_job_run, JobName="ended")
            self.control(JobRunId=run_id, JobRunState=state, ErrorMessage=message, ExecutionTime=9, DPUSeconds=18.5)
            run = self.run_of("ended", run_id)
            self.assertEqual((run["JobRunState"], run.get("ErrorMessage")), (state, message))
            self.assertEqual((run["ExecutionTime"], run["DPUSeconds"], "CompletedOn" in run), (9, 18.5, True))

    def test_a_run_stops(self) -> None:
        self.job("stopped")
        run_id = self.glue.start_job_run(JobName="stopped")["JobRunId"]
        stop = lambda *ids: self.glue.batch_stop_job_run(JobName="stopped", JobRunIds=list(ids))  # noqa: E731
        answer = stop(run_id, "jr_none")
        self.assertEqual(answer["SuccessfulSubmissions"], [{"JobName": "stopped", "JobRunId": run_id}])
        self.assertEqual(answer["Errors"][0]["ErrorDetail"]["ErrorCode"], "EntityNotFoundException")
        again = stop(run_id)["Errors"][0]["ErrorDetail"]
        self.assertEqual(again["ErrorCode"], "JobRunInvalidStateTransitionException")
        self.assertEqual([self.run_of("stopped", run_id)["JobRunState"] for _ in range(2)], ["STOPPING", "STOPPED"])
        self.assertEqual(stop(run_id)["Errors"][0]["ErrorDetail"]["ErrorCode"], "JobRunInTerminalStateException")

    def test_an_account_has_a_limit(self) -> None:
        self.job("limited", ExecutionProperty={"MaxConcurrentRuns": 50})
        self.control(MaxJobRuns=0)
        try:
            self.assert_fails("ResourceNumberLimitExceededException", 400, self.glue.start_job_run, JobName="limited")
        finally:
            self.control(MaxJobRuns=None)
        self.glue.start_job_run(JobName="limited")

    def next_query(self, **ends) -> None:
        body = json.dumps({"region": "us-east-1", **ends}).encode()
        urllib.request.urlopen(f"{self.endpoint}/naru/athena/next", body).close()

    def test_a_query_ends_as_it_was_told_to(self) -> None:
        started = self.athena.start_query_execution
        state = lambda query: self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]  # noqa: E731
        self.next_query(polls=2, bytes=7, columns=[["n", "bigint"]], rows=[[str(n)] for n in range(1500)] + [[None]])
        token = "t" * 32
        query = started(QueryString="select 1", ClientRequestToken=token)["QueryExecutionId"]
        self.assertEqual(started(QueryString="select 1", ClientRequestToken=token)["QueryExecutionId"], query)
        self.assert_fails(
            "InvalidRequestException", 400, started, QueryString="select 2", ClientRequestToken=token
        )
        self.assertEqual([state(query)["Status"]["State"] for _ in range(3)], ["QUEUED", "RUNNING", "SUCCEEDED"])
        self.assertEqual(state(query)["Statistics"]["DataScannedInBytes"], 7)
        page = self.athena.get_query_results(QueryExecutionId=query)
        self.assertEqual(len(page["ResultSet"]["Rows"]), 1000)
        page = self.athena.get_query_results(QueryExecutionId=query, NextToken=page["NextToken"])
        self.assertEqual(page["ResultSet"]["Rows"][-2:], [{"Data": [{"VarCharValue": "1499"}]}, {"Data": [{}]}])
        self.assertNotIn("NextToken", page)
        self.next_query(state="FAILED", reason="no", retryable=True)
        status = state(started(QueryString="select 1")["QueryExecutionId"])["Status"]
        self.assertEqual((status["State"], status["StateChangeReason"]), ("FAILED", "no"))
        self.assertTrue(status["AthenaError"]["Retryable"])

    def test_queries_run_in_workgroups_that_exist_and_are_stopped(self) -> None:
        none = dict(QueryString="select 1", WorkGroup="none")
        self.assert_fails("InvalidRequestException", 400, self.athena.start_query_execution, **none)
        self.next_query(polls=1000)
        query = self.athena.start_query_execution(QueryString="select 1")["QueryExecutionId"]
        self.athena.stop_query_execution(QueryExecutionId=query)
        for _ in range(2):
            found = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            self.assertEqual(found["Status"]["State"], "CANCELLED")


if __name__ == "__main__":
    unittest.main()
