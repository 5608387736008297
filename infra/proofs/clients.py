"""One boto3 client a service; credentials, region and endpoint come from `AWS_*`."""

import functools

import boto3


class Clients:
    """`clients.kms`, `clients.s3`, …; `lambda_` for AWS Lambda."""

    def __init__(self, region: str, account: str):
        self.region, self.account = region, account

    @functools.cache  # noqa: B019
    def _client(self, service: str):
        return boto3.client(service, region_name=self.region)

    def __getattr__(self, service: str):
        if service.startswith("_"):
            raise AttributeError(service)
        return self._client(service.rstrip("_"))
