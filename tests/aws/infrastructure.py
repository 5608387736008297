"""Makes what a project's jobs need in a phase: buckets, each with its key, and a workgroup for each level. On AWS
infrastructure as code does this.

    python tests/aws/infrastructure.py PROJECT PHASE

Names come from `naru name`, which must be on the path; credentials, region and endpoint from `AWS_*`. What exists already is
left as it is.
"""

import json
import subprocess
import sys
from pathlib import Path

import boto3

LAYERS = ("landing", "lake", "quarantine", "results", "code", "dags", "defs", "audit")
# What a query may scan, in bytes: 1 TB, which costs 5 USD.
SCAN_LIMIT = 10**12


def job_names(project: Path, phase: str) -> list[dict]:
    """The names that follow from each job's."""
    found = []
    for dag in sorted((project / "dags").glob("[!_]*.py")):
        command = ["naru", "--project", str(project), "--phase", phase, "name", dag.stem, "--json"]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["names"])
    return found


def make_bucket(bucket: str, alias: str, region: str) -> None:
    """A bucket that only TLS reaches and nobody else, encrypted by a key of its own."""
    kms, s3 = boto3.client("kms"), boto3.client("s3")
    key = kms.create_key(Description=f"encrypts {bucket}")["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    kms.enable_key_rotation(KeyId=key["KeyId"])
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **place)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(tls_only(bucket)))


def tls_only(bucket: str) -> dict:
    """Amazon S3 User Guide, "Security best practices", "Enforce encryption of data in transit"."""
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def make_workgroup(name: str, results: dict) -> None:
    """A workgroup whose queries put their results into a level's bucket, by its key, whatever they say themselves."""
    key = boto3.client("kms").describe_key(KeyId=results["key_alias"])["KeyMetadata"]
    encryption = {"EncryptionOption": "SSE_KMS", "KmsKey": key["Arn"]}
    configuration = {
        "EnforceWorkGroupConfiguration": True,
        "ResultConfiguration": {
            "OutputLocation": f"s3://{results['name']}/",
            "EncryptionConfiguration": encryption,
        },
        "BytesScannedCutoffPerQuery": SCAN_LIMIT,
        "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
    }
    boto3.client("athena").create_work_group(Name=name, Configuration=configuration)


def main(project: str, phase: str) -> None:
    region = boto3.session.Session().region_name
    names = job_names(Path(project), phase)
    wanted = {of[layer]["name"]: of[layer]["key_alias"] for of in names for layer in LAYERS}
    existing = {bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]}
    for bucket, alias in wanted.items():
        if bucket not in existing:
            make_bucket(bucket, alias, region)
            print(f"made s3://{bucket}, encrypted by {alias}")
    workgroups = {of["workgroup"]: of["results"] for of in names}
    listed = boto3.client("athena").list_work_groups()["WorkGroups"]
    for name in workgroups.keys() - {workgroup["Name"] for workgroup in listed}:
        make_workgroup(name, workgroups[name])
        print(f"made workgroup {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
