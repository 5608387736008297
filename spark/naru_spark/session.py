"""The Spark session: the one that is there, as on Glue, or a local one."""

import os
import sys

from pyspark.sql import SparkSession

from naru_spark import aws, catalogs

# Where Spark has started Python, and not Python Spark.
GATEWAY_VARIABLE = "PYSPARK_GATEWAY_PORT"


def start(catalog: dict[str, str], jars: str | None, conf: dict[str, str]) -> SparkSession:
    """Starts or takes the session. `catalog`: settings of the catalog `naru`, see `catalogs`; none: `conf`, or whoever
    started Spark, has made them. `jars` is a class path: Iceberg's runtime, and what the catalog needs.
    """
    is_local = GATEWAY_VARIABLE not in os.environ
    settings = {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        # A timestamp is the instant that its text says; no session's zone shifts it.
        "spark.sql.session.timeZone": "UTC",
        # Rows and messages may hold values; what is not needed to run is not told.
        "spark.sql.debug.maxToStringFields": "5",
        **(local() if is_local else {}),
        **catalog,
    }
    if jars:
        settings["spark.driver.extraClassPath"] = jars
    builder = SparkSession.builder.appName("naru")
    for key, value in (settings | conf).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if catalogs.is_glue(catalog):
        spark.sparkContext._jvm.java.lang.System.setProperty("aws.maxAttempts", str(aws.tries()))
    if is_local:
        # Hadoop would put a checksum file beside each file; they are none of the lake's. It keeps one instance a scheme.
        hadoop = spark.sparkContext._jvm.org.apache.hadoop.fs.FileSystem
        hadoop.getLocal(spark.sparkContext._jsc.hadoopConfiguration()).setWriteChecksum(False)
    return spark


def local() -> dict[str, str]:
    """Settings of a session on this machine."""
    # Spark would take any `python3`, which may have neither the kernel nor pyarrow.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return {
        "spark.master": f"local[{os.cpu_count() or 1}]",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
