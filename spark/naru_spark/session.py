"""The Spark session: the one that is there, as on Glue, or a local one for an embedded lake."""

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from naru_spark.tables import CATALOG


def start(lake: Path | None, jars: str | None, conf: dict[str, str]) -> SparkSession:
    """Starts or takes the session. `lake` is an embedded lake's directory; None: `conf`, or whoever started Spark, has
    named the catalog `naru`. `jars` is a class path with Iceberg's runtime, and for an embedded lake the SQLite driver.
    """
    settings = {
        "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        # A timestamp is the instant that its text says; no session's zone shifts it.
        "spark.sql.session.timeZone": "UTC",
        # Rows and messages may hold values; what is not needed to run is not told.
        "spark.sql.debug.maxToStringFields": "5",
    }
    if lake is not None:
        settings |= embedded(lake)
        # Spark would take any `python3`, which may have neither the kernel nor pyarrow.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    if jars:
        settings["spark.driver.extraClassPath"] = jars
    builder = SparkSession.builder.appName("naru")
    for key, value in (settings | conf).items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    if lake is not None:
        # Hadoop would put a checksum file beside each file; they are none of the lake's. It keeps one instance a scheme.
        hadoop = spark.sparkContext._jvm.org.apache.hadoop.fs.FileSystem
        hadoop.getLocal(spark.sparkContext._jsc.hadoopConfiguration()).setWriteChecksum(False)
    return spark


def embedded(lake: Path) -> dict[str, str]:
    """Settings of a local session on an embedded lake."""
    return {
        "spark.master": f"local[{os.cpu_count() or 1}]",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        **catalog(lake),
    }


def catalog(lake: Path) -> dict[str, str]:
    """Settings of the catalog of an embedded lake, whose SQLite file is there already."""
    settings = {
        "type": "jdbc",
        "uri": f"jdbc:sqlite:{lake / 'catalog.db'}",
        "warehouse": lake.as_uri(),
        # A table is looked at anew each time: others change it, too.
        "cache-enabled": "false",
        # Where Iceberg 1.10 looks whether it has to make its tables, it leaves a result open that keeps SQLite's lock
        # (apache/iceberg issue 15462).
        "jdbc.init-catalog-tables": "false",
        "jdbc.schema-version": "V1",
    }
    prefix = f"spark.sql.catalog.{CATALOG}"
    named = {f"{prefix}.{key}": value for key, value in settings.items()}
    return {prefix: "org.apache.iceberg.spark.SparkCatalog", **named}
