"""What errors of Java's libraries mean for a run, whether the driver has them or only their text."""

from types import SimpleNamespace

import pytest

from naru_spark.java_errors import told_by_java

SPARK, ICEBERG = "org.apache.spark.SparkException", "org.apache.iceberg.exceptions.RuntimeIOException"
CLOSED = "org.apache.iceberg.aws.shaded.org.apache.http.ConnectionClosedException"


def java(*names: str, message: str = "") -> SimpleNamespace:
    """An exception of these classes, each the cause of the one before."""
    cause = None
    for name in reversed(names):
        of = SimpleNamespace(getName=lambda name=name: name, getSimpleName=lambda name=name: name.rpartition(".")[2],
                             getSuperclass=lambda: None)
        cause = SimpleNamespace(getClass=lambda of=of: of, getCause=lambda cause=cause: cause, getMessage=lambda: message)
    return SimpleNamespace(java_exception=cause)


@pytest.mark.parametrize(("error", "said", "exit_code"), [
    (java(SPARK, ICEBERG, CLOSED, message="Failed to open Parquet file"), "broke off", 75),
    (java(SPARK, message=f"Job aborted: {ICEBERG}: Failed to open\nCaused by: {CLOSED}: Premature end"), "broke off", 75),
    (java(SPARK, message="Caused by: java.net.SocketException: Connection reset"), "broke off", 75),
    (java(SPARK, message="S3Exception: m (Service: S3, Status Code: 503, Request ID: x)"), "did not answer", 75),
    (java(SPARK, message="S3Exception: m (Service: S3, Status Code: 403, Request ID: x)"), "access denied", 1),
    (java(SPARK, ICEBERG, message="Failed to create file"), "RuntimeIOException: Failed to create file", 1),
    (java(SPARK, message="a row holds hunter2"), f"Spark failed: {SPARK}; its log says more", 1),
])
def test_what_may_pass_is_for_later(error, said, exit_code):
    told = told_by_java(error)
    assert said in str(told) and told.exit_code == exit_code
    assert "hunter2" not in str(told)
