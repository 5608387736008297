"""AWS as the program's own Python asks it: one client a service, and what a failure means for the run.

Credentials, region, endpoint (`AWS_ENDPOINT_URL`) and how often a request is tried (`AWS_MAX_ATTEMPTS`) come by the usual
chain, in each process by itself: nothing of them travels from the driver to the executors.
"""

import functools
import os
from typing import Any

from naru_spark.errors import FAILED, TRY_LATER, RunError

# Source: Amazon S3 API Reference, "Error responses"; AWS KMS and AWS Glue Web API Reference, "Common error types". The same
# codes as `naru-aws`'s failure.rs; `HEAD` has no body, and so only a status.
NOT_FOUND = {"NoSuchKey", "NoSuchBucket", "NotFoundException", "EntityNotFoundException", "ResourceNotFoundException",
             "404"}
CHANGED = {"PreconditionFailed", "412"}
THROTTLED = {"SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
             "RequestThrottledException", "RequestLimitExceeded", "TooManyRequestsException", "429"}
DENIED = {"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "AccountProblem", "ExpiredToken",
          "ExpiredTokenException", "InvalidToken", "InvalidAccessKeyId", "InvalidClientTokenId", "SignatureDoesNotMatch",
          "UnrecognizedClientException", "IncompleteSignature", "MissingAuthenticationToken", "401", "403"}
LEAST_SERVER_ERROR = 500


@functools.lru_cache(maxsize=None)
def client(service: str) -> Any:
    """A client of this process; it may be used by several threads. Raises RunError where boto3 is not installed, or where
    no region is known.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise RunError(f"boto3 is not installed, which reads s3:// locations: {error}") from error
    # The standard mode waits ever longer between tries, at random; legacy, the default, knows fewer throttling errors.
    retries = {} if "AWS_RETRY_MODE" in os.environ else {"retries": {"mode": "standard"}}
    try:
        return boto3.client(service, config=Config(**retries))
    except BotoCoreError as error:
        raise RunError(f"AWS cannot be asked: {error}") from error


def tries() -> int:
    """How often Java's clients try a request, by the usual chain, but twice at least.

    Iceberg's commit takes an error of Glue's for a refusal where nothing was tried again, and deletes its metadata file. A
    change whose answer was lost would then be a table without metadata; after a second try it looks at the table first.
    """
    retries = client("glue").meta.config.retries or {}
    return max(2, int(retries.get("total_max_attempts", 3)))


def owned(owner: str | None) -> dict[str, str]:
    """The argument by which S3 refuses a bucket of another account's; none where the account is not known."""
    return {"ExpectedBucketOwner": owner} if owner else {}


def code_of(error: Exception) -> str:
    """The code of an error of AWS, or its HTTP status; empty for another error."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def status_of(error: Exception) -> int:
    response = getattr(error, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def failed(doing: str, location: str, error: Exception) -> RunError:
    """What a failed request means for the run: `cannot <doing>: <why>`."""
    why, exit_code = meaning(code_of(error), status_of(error), type(error).__name__)
    return RunError(f"cannot {doing}: {why}\n  {location}", exit_code)


def meaning(code: str, status: int, kind: str) -> tuple[str, int]:
    """Why a request failed and the run's exit code. `kind`: the error's class, where AWS gave no answer."""
    if code in THROTTLED:
        return "AWS asks to be slower; try again later", TRY_LATER
    if code in DENIED or kind in ("NoCredentialsError", "PartialCredentialsError"):
        return "access denied; check the credentials, their policy and the account", FAILED
    if "KMS" in code or code in ("DisabledException", "KeyUnavailableException"):
        return "its KMS key cannot be used; enable the key, or cancel its deletion", FAILED
    if code in NOT_FOUND:
        return "it does not exist", FAILED
    if not code or status >= LEAST_SERVER_ERROR or "Timeout" in code or "InternalService" in code:
        return "AWS did not answer; try again later", TRY_LATER
    return f"AWS refused ({code})", FAILED
