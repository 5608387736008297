"""A bucket that only TLS reaches, that nobody else sees, and whose objects are encrypted by a key of its own."""

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

NOT_PUBLIC = s3.CfnBucket.PublicAccessBlockConfigurationProperty(
    block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
)
OWNER = s3.CfnBucket.OwnershipControlsProperty(
    rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
)
VERSIONS = s3.CfnBucket.VersioningConfigurationProperty(status="Enabled")


def denied(name: str, sid: str, action: str, condition: dict) -> dict:
    """A statement that denies everybody an action on the bucket and its objects."""
    both = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    return {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": action, "Resource": both, "Condition": condition}


def tls_only(name: str) -> list[dict]:
    """What `naru check --live` wants, and no TLS older than 1.2. Amazon S3 User Guide, "Security best practices"."""
    return [
        denied(name, "TlsOnly", "s3:*", {"Bool": {"aws:SecureTransport": "false"}}),
        denied(name, "Tls12", "s3:*", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ]


def other_encryption(name: str, key_arn: str) -> list[dict]:
    """An upload may leave encryption to the bucket; it may not say another one, or another key."""
    algorithm, key = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return [
        denied(
            name, "NoOtherEncryption", "s3:PutObject", {"Null": {algorithm: "false"}, "StringNotEquals": {algorithm: "aws:kms"}}
        ),
        denied(name, "NoOtherKey", "s3:PutObject", {"Null": {key: "false"}, "ArnNotEquals": {key: key_arn}}),
    ]


def lifecycle(*, noncurrent_days: int, expire_days: int | None = None) -> s3.CfnBucket.LifecycleConfigurationProperty:
    """Old versions go, uploads that nobody has finished go after a day, objects themselves after `expire_days`."""
    rule = s3.CfnBucket.RuleProperty(
        id="lifetime",
        status="Enabled",
        abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(days_after_initiation=1),
        noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(noncurrent_days=noncurrent_days),
        expiration_in_days=expire_days,
    )
    marks = s3.CfnBucket.RuleProperty(id="delete-markers", status="Enabled", expired_object_delete_marker=True)
    # A rule that expires objects removes their delete markers, too, and may not say both.
    return s3.CfnBucket.LifecycleConfigurationProperty(rules=[rule] if expire_days else [rule, marks])


class Bucket(Construct):
    """`bucket` and its policy. `key_arn` encrypts it; without one S3's own key does, which is for access logs alone."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        key_arn: str | None,
        lifetime,
        retain: bool,
        statements: list[dict] = (),
        **more,
    ):
        super().__init__(scope, id)
        by = {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn} if key_arn else {"sse_algorithm": "AES256"}
        rule = s3.CfnBucket.ServerSideEncryptionRuleProperty(
            server_side_encryption_by_default=s3.CfnBucket.ServerSideEncryptionByDefaultProperty(**by),
            bucket_key_enabled=True if key_arn else None,
        )
        self.bucket = s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=name,
            bucket_encryption=s3.CfnBucket.BucketEncryptionProperty(server_side_encryption_configuration=[rule]),
            public_access_block_configuration=NOT_PUBLIC,
            ownership_controls=OWNER,
            versioning_configuration=VERSIONS,
            lifecycle_configuration=lifetime,
            **more,
        )
        said = [*tls_only(name), *(other_encryption(name, key_arn) if key_arn else []), *statements]
        document = {"Version": "2012-10-17", "Statement": said}
        self.policy = s3.CfnBucketPolicy(self, "Policy", bucket=name, policy_document=document)
        self.policy.add_resource_dependency(self.bucket)
        deletion = CfnDeletionPolicy.RETAIN if retain else CfnDeletionPolicy.DELETE
        for resource in (self.bucket, self.policy):
            resource.cfn_options.deletion_policy = resource.cfn_options.update_replace_policy = deletion
