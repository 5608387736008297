"""Clients of AWS by Airflow's Amazon provider: its connections, or what the worker's environment gives."""

from __future__ import annotations

from typing import Any

from .errors import RunnerError


def aws_client(service: str, region: str | None, connection: str | None, read_timeout_seconds: int = 60) -> Any:
    """A boto3 client.

    :param connection: id of an Airflow connection; none: boto3's own search for credentials.
    :raises RunnerError: the provider is not installed.
    """
    try:
        from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
        from botocore.config import Config
    except ImportError as error:
        raise RunnerError(
            f"talking to AWS ({service}) needs the package apache-airflow-providers-amazon: pip install 'naru-airflow[amazon]'"
        ) from error
    # A read that timed out was answered elsewhere: no retry of boto's own may start a thing twice.
    config = Config(read_timeout=read_timeout_seconds, retries={"total_max_attempts": 1})
    hook = AwsBaseHook(aws_conn_id=connection, client_type=service, region_name=region, config=config)
    return hook.get_conn()
