"""Settings of the catalog `naru`: the SQLite file of an embedded lake, or the Glue Data Catalog."""

import os
from pathlib import Path

from naru_spark import aws, s3
from naru_spark.bucket_keys import verified

# The catalog's name in Spark, and in the embedded lake's SQLite file.
CATALOG = "naru"

CLASS = "org.apache.iceberg.spark.SparkCatalog"


def embedded(lake: Path) -> dict[str, str]:
    """Settings of the catalog of an embedded lake, the directory whose SQLite file is there already."""
    return named(CATALOG, {
        "type": "jdbc",
        "uri": f"jdbc:sqlite:{lake / 'catalog.db'}",
        "warehouse": lake.as_uri(),
        # Where Iceberg 1.10 looks whether it has to make its tables, it leaves a result open that keeps SQLite's lock
        # (apache/iceberg issue 15462).
        "jdbc.init-catalog-tables": "false",
        "jdbc.schema-version": "V1",
    })


def glue(location: str, owner: str | None, name: str = CATALOG) -> dict[str, str]:
    """Settings of the Glue Data Catalog for tables in the bucket of `location`. `owner`: the account of both.

    The bucket's key is verified first, and every object is written with it. A catalog has one key, so that each bucket
    that is written into has a catalog of its own; they are views of one Glue Data Catalog. Raises RunError.
    """
    bucket, _ = s3.split(location)
    settings = {
        "type": "glue",
        "io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        # Locations are the plan's; a catalog must have one.
        "warehouse": f"s3://{bucket}/",
        "s3.sse.type": "kms",
        "s3.sse.key": verified(bucket, owner),
        # Every version of a table would be kept, and count against the account's limit. Iceberg's snapshots are the history.
        "glue.skip-archive": "true",
        # The names are those that naru derived, and verified against AWS's limits.
        "glue.skip-name-validation": "true",
        "client.region": aws.client("s3").meta.region_name,
    }
    if owner:
        settings["glue.id"] = owner
    for service in ("s3", "glue"):
        if endpoint := os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL"):
            settings[f"{service}.endpoint"] = endpoint
            if service == "s3":
                # Buckets are no hosts of an endpoint that is an address.
                settings["s3.path-style-access"] = "true"
    return named(name, settings)


def is_glue(settings: dict[str, str]) -> bool:
    return settings.get(f"spark.sql.catalog.{CATALOG}.type") == "glue"


def named(name: str, settings: dict[str, str]) -> dict[str, str]:
    prefix = f"spark.sql.catalog.{name}"
    # A table is looked at anew each time: others change it, too.
    every = {**settings, "cache-enabled": "false"}
    return {prefix: CLASS, **{f"{prefix}.{key}": value for key, value in every.items()}}
