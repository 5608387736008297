"""Puts a file into S3, as a source system would; credentials, region and endpoint come from `AWS_*`.

    python tests/aws/put.py FILE s3://BUCKET/KEY
"""

import sys

import boto3


def main(file: str, location: str) -> None:
    bucket, key = location.removeprefix("s3://").split("/", 1)
    boto3.client("s3").upload_file(file, bucket, key)


if __name__ == "__main__":
    main(*sys.argv[1:])
