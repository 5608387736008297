"""Errors of Java's libraries, Iceberg's and AWS's, as errors of a run."""

import re

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from naru_spark import aws
from naru_spark.errors import FAILED, TRY_LATER, RunError

# An answer that breaks off is tried again by neither the SDK nor Iceberg.
NETWORK = re.compile(r"\b(java\.net\.(Connect|NoRouteToHost|Socket|SocketTimeout|UnknownHost)Exception"
                     r"|javax\.net\.ssl\.SSL\w*Exception|apache\.http\.\w+Exception)")


def told_by_java(error: Py4JJavaError | PySparkException) -> RunError:
    """What an error of Java's means for the run. Values may stand in messages of Spark's, so that only those of Iceberg's
    and AWS's libraries are told.
    """
    if isinstance(error, PySparkException):
        # One of Java's that PySpark has made its own.
        return RunError(f"Spark failed: {type(error).__name__}; its log says more")
    cause, found, names = error.java_exception, None, []
    while cause is not None:
        names.append(cause.getClass().getName())
        if ".awssdk." in names[-1] or names[-1].startswith("org.apache.iceberg.exceptions."):
            found = cause
        cause = cause.getCause()
    # Of what failed on an executor, the driver may have the text alone.
    text = "\n".join([*names, str(error.java_exception.getMessage())])
    if found is not None and ".awssdk." in found.getClass().getName():
        return of_library(found)
    status = re.search(r"\(Service: \w+, Status Code: (\d+)", text)
    if status:
        why, exit_code = aws.meaning(status[1], int(status[1]), "")
        return RunError(f"AWS: {why}; Spark's log says more", exit_code)
    if NETWORK.search(text):
        return RunError("a connection to AWS broke off; try again later; Spark's log says more", TRY_LATER)
    if found is not None:
        return of_library(found)
    return RunError(f"Spark failed: {error.java_exception.getClass().getName()}; its log says more")


def of_library(found: JavaObject) -> RunError:
    names, message = classes(found), found.getMessage()
    if "SdkServiceException" in names:
        code = found.awsErrorDetails().errorCode() if "AwsServiceException" in names else ""
        why, exit_code = aws.meaning(str(code or ""), found.statusCode(), names[0])
        return RunError(f"AWS: {why}\n  {message}", exit_code)
    if "SdkException" in names:
        may_pass = "credentials" not in str(message).lower()
        return RunError(f"AWS did not answer\n  {message}", TRY_LATER if may_pass else FAILED)
    return RunError(f"{names[0]}: {message}", TRY_LATER if names[0] == "ServiceUnavailableException" else FAILED)


def classes(found: JavaObject) -> list[str]:
    """Names of an object's class and of those above it."""
    names, found_class = [], found.getClass()
    while found_class is not None:
        names.append(found_class.getSimpleName())
        found_class = found_class.getSuperclass()
    return names
