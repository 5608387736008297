"""The KMS key that objects of a bucket are encrypted by, as `naru-aws`'s bucket_keys.rs verifies it before the first write.

Which alias the key must have follows from the job's name, which this program does not parse: `naru check --live`, and
`naru run` before it starts a Glue job, look at that. Here the bucket's default encryption says which key it is.
"""

import functools

from naru_spark import aws
from naru_spark.errors import RunError


@functools.lru_cache(maxsize=None)
def verified(bucket: str, owner: str | None) -> str:
    """The ARN of a bucket's key, once its default encryption is SSE-KMS by a key of the customer's that is enabled, with
    the bucket key on. Raises RunError with all that is wrong.
    """
    rule = encryption(bucket, owner)
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    key_id, algorithm = default.get("KMSMasterKeyID"), default.get("SSEAlgorithm")
    faults, arn = [], ""
    if not default:
        faults.append(f"bucket {bucket} has no default encryption; make SSE-KMS by its own key its default encryption")
    elif algorithm != "aws:kms":
        faults.append(f"bucket {bucket} is not encrypted by SSE-KMS but by {algorithm}; make SSE-KMS by its own key its "
                      "default encryption")
    elif not key_id:
        faults.append(f"bucket {bucket} is encrypted by the key that AWS manages (aws/s3); make SSE-KMS by its own key its "
                      "default encryption")
    else:
        arn, found = key_faults(key_id)
        faults += found
    if rule and not rule.get("BucketKeyEnabled"):
        faults.append(f"bucket {bucket} has no S3 bucket key: every object would be a request to KMS; turn its bucket key on")
    if faults:
        raise RunError("nothing is written into a bucket that is not encrypted as it must be: " + ". ".join(faults))
    return arn


def encryption(bucket: str, owner: str | None) -> dict:
    """The rule of a bucket's default encryption; empty if it has none."""
    client = aws.client("s3")
    try:
        found = client.get_bucket_encryption(Bucket=bucket, **aws.owned(owner))
    except Exception as error:  # botocore makes classes of its errors while it runs.
        if aws.code_of(error) == "ServerSideEncryptionConfigurationNotFoundError":
            return {}
        raise aws.failed("look at a bucket's encryption", f"s3://{bucket}", error) from error
    return next(iter(found["ServerSideEncryptionConfiguration"]["Rules"]), {})


def key_faults(key_id: str) -> tuple[str, list[str]]:
    """A key's ARN, and what is wrong with it."""
    client = aws.client("kms")
    try:
        key = client.describe_key(KeyId=key_id)["KeyMetadata"]
    except Exception as error:
        if aws.code_of(error) in aws.NOT_FOUND:
            return "", [f"there is no key {key_id}; deploy the phase's infrastructure, which makes it"]
        raise aws.failed("look at a key", key_id, error) from error
    faults, state = [], key.get("KeyState")
    if state == "Disabled":
        faults.append(f"key {key_id} is disabled; enable it")
    elif state in ("PendingDeletion", "PendingReplicaDeletion"):
        faults.append(f"key {key_id} is scheduled for deletion; cancel the deletion and enable it")
    elif state != "Enabled":
        faults.append(f"key {key_id} cannot be used: its state is {state}; make it enabled")
    if key.get("KeyManager") == "AWS":
        faults.append(f"key {key_id} is managed by AWS; make a key of your own: access to one that AWS manages cannot be "
                      "restricted to a level")
    return key["Arn"], faults
