"""The treatment key of a run, where it is a secret in AWS Secrets Manager.

The secret's name travels: in arguments, and in what Spark sends to its executors. Each Python process that decodes reads the
key by itself, and hands it to the kernel.
"""

from naru_spark import aws


def of_secret(name: str) -> tuple[bytes, str]:
    """The key's text, and where it is from; `name` may be an ARN. Raises RunError."""
    client = aws.client("secretsmanager")
    try:
        found = client.get_secret_value(SecretId=name)
    except Exception as error:  # botocore makes classes of its errors while it runs.
        raise aws.failed("read the secret of the treatment key", name, error) from error
    return found.get("SecretBinary") or found["SecretString"].encode(), f"the secret {name}"
