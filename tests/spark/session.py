"""One local Spark session with Iceberg, and one catalog view of it per lake.

In each view `naru` is the lake's own catalog (its SQLite file, over JDBC), and `own` a catalog of Spark's, in a
directory beside the lake: where Spark builds its own tables to compare with.
"""

import os
import time
from pathlib import Path

from pyspark.sql import SparkSession

import jars

# Small data on a shared machine: short start-up and short plans count, not throughput.
SETTINGS = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=UTC",
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
}


def start(scratch: Path) -> SparkSession:
    """Starts the one session, about five seconds. `scratch` takes Spark's own files.

    Raises FileNotFoundError when a jar was not fetched, and PySpark's errors when there is no Java.
    """
    # PySpark gives timestamps in the process's zone.
    os.environ["TZ"] = "UTC"
    time.tzset()
    builder = SparkSession.builder.master("local[2]").appName("naru-tests")
    settings = {
        **SETTINGS,
        "spark.driver.extraClassPath": jars.class_path(),
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    # Hadoop would put a checksum file beside each file; they are none of the lake's. It keeps one instance a scheme.
    hadoop = spark.sparkContext._jvm.org.apache.hadoop.fs.FileSystem
    hadoop.getLocal(spark.sparkContext._jsc.hadoopConfiguration()).setWriteChecksum(False)
    return spark


def view(spark: SparkSession, lake: Path) -> SparkSession:
    """The session as one lake sees it. `lake` is the directory with `catalog.db`."""
    session = spark.newSession()
    catalogs = {
        # A JDBC catalog finds its tables by its own name, which naru writes with each. Where Iceberg 1.10 looks whether
        # it has to make its tables, it leaves a result open that keeps SQLite's lock (apache/iceberg issue 15462).
        "naru": {"type": "jdbc", "uri": f"jdbc:sqlite:{lake / 'catalog.db'}", "warehouse": lake.as_uri(),
                 "jdbc.init-catalog-tables": "false", "jdbc.schema-version": "V1"},
        "own": {"type": "hadoop", "warehouse": (lake.parent / "spark").as_uri()},
    }
    for name, settings in catalogs.items():
        prefix = f"spark.sql.catalog.{name}"
        session.conf.set(prefix, "org.apache.iceberg.spark.SparkCatalog")
        # Tables change behind Spark's back: each statement looks again.
        for key, value in {**settings, "cache-enabled": "false"}.items():
            session.conf.set(f"{prefix}.{key}", value)
    return session
