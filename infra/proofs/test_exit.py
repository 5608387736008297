"""docs/exit.md, as far as moto goes: a bucket whose key is about to be deleted is neither read nor written, and comes back with it."""

import pytest

REFUSED = "its KMS key cannot be used; enable the key, or cancel its deletion"
ACCOUNTS = "ACNT_NO,BAL_AMT,OPEN_DT\n1001,10.50,20260105\n"


@pytest.fixture
def phase(deployed):
    return deployed["dev"]


@pytest.fixture(params=["lake", "landing", "quarantine"])
def going(request, phase):
    """A bucket of p2 whose key's deletion is scheduled; afterwards the deletion is aborted, as docs/exit.md says."""
    bucket, kms = phase.bucket(request.param, "p2"), phase.client("kms")
    key = kms.describe_key(KeyId=bucket["key_alias"])["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    yield bucket
    abort(kms, key)


def abort(kms, key):
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled", "it is not in use again by itself"
    kms.enable_key(KeyId=key)


def test_the_live_check_names_the_key_and_what_to_do(phase, going):
    told = phase.naru("check", "--live").fails(1).stderr
    assert f"key {going['key_alias']} is scheduled for deletion" in told
    assert "cancel the deletion and enable it" in told
    # The other buckets are as they were.
    assert told.count("is scheduled for deletion") == 1


def test_a_run_is_refused_commits_nothing_and_goes_on_once_the_key_is_back(phase):
    job, kms, glue = phase.job("deposit"), phase.client("kms"), phase.client("glue")
    phase.naru("apply").ok()
    for day, layer in enumerate(("lake", "landing"), 1):
        interval = f"2026-12-0{day}"
        phase.drop(job, interval, "accounts.csv", ACCOUNTS)
        before = glue.get_table(DatabaseName=job["glue_database"], Name=job["glue_table"])["Table"]
        key = kms.describe_key(KeyId=phase.bucket(layer, "p2")["key_alias"])["KeyMetadata"]["KeyId"]
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        told = phase.load(job, interval)
        after = glue.get_table(DatabaseName=job["glue_database"], Name=job["glue_table"])["Table"]
        assert after["Parameters"]["metadata_location"] == before["Parameters"]["metadata_location"], layer
        abort(kms, key)
        assert REFUSED in told.fails(1).stderr, layer
        # The command that was refused, again.
        assert phase.load(job, interval).ok().json()[0]["status"] == "loaded"
