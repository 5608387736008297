"""naru on phases that are what the templates say: checked, applied, synced, loaded, and read by PyIceberg."""

import pytest

pytestmark = pytest.mark.parametrize("phase", ["dev", "prod"])
ACCOUNTS = "ACNT_NO,BAL_AMT,OPEN_DT\n1001,10.50,20260105\n1002,99.00,20260106\n"
LATER = "ACNT_NO,BAL_AMT,OPEN_DT\n1002,12.25,20260106\n1003,1.00,20260107\n"
BRANCHES = "BR_NO,BR_NM\n001,Seoul\n002,Busan\n"


@pytest.fixture
def built(deployed, phase):
    return deployed[phase]


def test_live_check_finds_no_fault(built):
    told = built.naru("check", "--live", "--json").ok().json()
    # Two jobs, of p0 and p2: four buckets each, and the four that have no level.
    assert (told["faults"], told["buckets"], told["workgroups"]) == ([], 12, 2)


def test_everything_of_the_layout_is_there(built):
    layout, s3, kms = built.layout, built.client("s3"), built.client("kms")
    names = [bucket["name"] for bucket in layout["buckets"]]
    assert len(names) == len(set(names)) == 20
    keys = set()
    for bucket in layout["buckets"]:
        rule = s3.get_bucket_encryption(Bucket=bucket["name"])["ServerSideEncryptionConfiguration"]["Rules"][0]
        key = kms.describe_key(KeyId=bucket["key_alias"])["KeyMetadata"]
        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
        assert rule["BucketKeyEnabled"] and kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
        tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket["name"])["TagSet"]}
        assert layout["tags"].items() <= tags.items()
        keys.add(key["Arn"])
    assert len(keys) == 20, "each bucket has a key of its own"
    for database in layout["databases"]:
        built.client("glue").get_database(Name=database["name"])


def test_jobs_are_loaded_and_read(built):
    account, branch = built.job("deposit"), built.job("reference")
    built.naru("apply").ok()
    built.drop(account, "2026-11-21", "accounts.csv", ACCOUNTS)
    built.drop(account, "2026-11-22", "accounts.csv", LATER)
    built.drop(branch, "2026-11-22", "branches.csv", BRANCHES)
    for job, interval in ((account, "2026-11-21"), (account, "2026-11-22"), (branch, "2026-11-22")):
        assert built.load(job, interval).ok().json()[0]["status"] == "loaded"
    assert built.load(account, "2026-11-22").ok().json()[0]["status"] == "unchanged"
    tables = built.tables()
    rows = {job["database"]: tables[f"{job['glue_database']}.{job['glue_table']}"]["rows"] for job in (account, branch)}
    assert sorted(str(row["balance"]) for row in rows["deposit"]) == ["1.00", "10.50", "12.25"]
    assert sorted(row["name"] for row in rows["reference"]) == ["Busan", "Seoul"]
    # What is hashed in the kernel is nowhere in the lake as it landed.
    assert not {"1001", "1002", "1003"} & {row["account_no"] for row in rows["deposit"]}
    assert_every_object_has_its_buckets_key(built)


def assert_every_object_has_its_buckets_key(built):
    s3, kms, seen = built.client("s3"), built.client("kms"), 0
    for bucket in built.layout["buckets"]:
        arn = kms.describe_key(KeyId=bucket["key_alias"])["KeyMetadata"]["Arn"]
        for found in s3.list_objects_v2(Bucket=bucket["name"]).get("Contents", []):
            head = s3.head_object(Bucket=bucket["name"], Key=found["Key"])
            assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", arn), found["Key"]
            seen += 1
    assert seen > 5


def test_synced_jobs_have_roles_that_the_templates_made(built, tmp_path):
    wheel = tmp_path / "kernel.whl"
    wheel.write_bytes(b"PK stands for the wheel: nothing runs it")
    built.naru("sync", "--wheel", str(wheel)).ok()
    glue, iam = built.client("glue"), built.client("iam")
    for of in built.layout["jobs"]:
        job = glue.get_job(JobName=of["glue_job"])["Job"]
        role = iam.get_role(RoleName=job["Role"])["Role"]
        trusted = [statement["Principal"] for statement in role["AssumeRolePolicyDocument"]["Statement"]]
        assert trusted == [{"Service": "glue.amazonaws.com"}]
        assert job["Role"].endswith(of["level"]) and f"-{built.name}-" in job["Role"]
        configuration = glue.get_security_configuration(Name=job["SecurityConfiguration"])["SecurityConfiguration"]
        key = built.client("kms").describe_key(KeyId=built.bucket("lake", of["level"])["key_alias"])["KeyMetadata"]["Arn"]
        assert [each["KmsKeyArn"] for each in configuration["EncryptionConfiguration"]["S3Encryption"]] == [key]
