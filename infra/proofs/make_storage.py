"""Keys and buckets, from their templates, by the service APIs."""

import json

from clients import Clients
from properties import Properties


def key(of: Properties, aws: Clients) -> dict:
    policy = json.dumps(of.take("KeyPolicy"))
    made = aws.kms.create_key(Description=of.take("Description"), Policy=policy, Tags=kms_tags(of))["KeyMetadata"]
    if of.take("EnableKeyRotation"):
        aws.kms.enable_key_rotation(KeyId=made["KeyId"])
    if not of.take("Enabled"):
        aws.kms.disable_key(KeyId=made["KeyId"])
    # How long a deletion waits is said to KMS when it is scheduled, by CloudFormation.
    of.leave("PendingWindowInDays")
    return {"": made["KeyId"], "Arn": made["Arn"], "KeyId": made["KeyId"]}


def kms_tags(of: Properties) -> list[dict]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in of.tags()]


def alias(of: Properties, aws: Clients) -> dict:
    name = of.take("AliasName")
    aws.kms.create_alias(AliasName=name, TargetKeyId=of.take("TargetKeyId"))
    return {"": name}


def bucket(of: Properties, aws: Clients) -> dict:
    name, locked = of.take("BucketName"), of.take("ObjectLockEnabled", False)
    place = {} if aws.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    aws.s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked, **place)
    rules = [_encryption_rule(rule) for rule in of.part("BucketEncryption").take("ServerSideEncryptionConfiguration")]
    aws.s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    aws.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=of.take("PublicAccessBlockConfiguration"))
    aws.s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=of.take("OwnershipControls"))
    aws.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=of.take("VersioningConfiguration"))
    aws.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": of.tags()})
    rules = [_lifecycle_rule(rule) for rule in of.part("LifecycleConfiguration").take("Rules")]
    aws.s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if lock := of.take("ObjectLockConfiguration", None):
        aws.s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    of.part("NotificationConfiguration").part("EventBridgeConfiguration").only("EventBridgeEnabled", True, None)
    # moto wants a grant by ACL for access logs, which AWS refuses on a bucket that its owner owns alone.
    of.leave("LoggingConfiguration")
    return {"": name, "Arn": f"arn:aws:s3:::{name}"}


def _encryption_rule(rule: dict) -> dict:
    by = Properties("ServerSideEncryptionByDefault", rule["ServerSideEncryptionByDefault"])
    default = {"SSEAlgorithm": by.take("SSEAlgorithm")}
    if key_arn := by.take("KMSMasterKeyID", None):
        default["KMSMasterKeyID"] = key_arn
    by.finish()
    return {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": rule.get("BucketKeyEnabled", False)}


def _lifecycle_rule(rule: dict) -> dict:
    """CloudFormation's words for a rule, in S3's."""
    of = Properties("lifecycle rule", rule)
    made = {"ID": of.take("Id"), "Status": of.take("Status"), "Filter": {"Prefix": of.take("Prefix", "")}}
    expiration = {"Days": of.take("ExpirationInDays", None), "ExpiredObjectDeleteMarker": of.take("ExpiredObjectDeleteMarker", None)}
    made["Expiration"] = {name: value for name, value in expiration.items() if value is not None}
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        made[name] = of.take(name, None)
    of.finish()
    return {name: value for name, value in made.items() if value not in (None, {})}


def bucket_policy(of: Properties, aws: Clients) -> dict:
    name = of.take("Bucket")
    aws.s3.put_bucket_policy(Bucket=name, Policy=json.dumps(of.take("PolicyDocument")))
    return {"": name}
