"""Data files before they are in a table.

Spark's writer commits what it writes. So rows go to a scratch table that has the target's schema with its field ids, its
partitioning and its order, and whose data files lie in the target's directory already; the target's own commit then
takes the files over. What a killed run leaves behind lies below the target, where `naru maintain` finds it.
"""

import json
import uuid
from dataclasses import dataclass, field

from py4j.java_gateway import JavaObject
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from naru_spark.tables import TableState, Tables, all_files

ROWS = "run.rows"


@dataclass
class Staging:
    """Files of one run for one table."""

    tables: Tables
    target: TableState
    catalog: str = field(default_factory=lambda: f"naru_staging_{uuid.uuid4().hex}")
    files: list[JavaObject] = field(default_factory=list)
    # Of a merge: the rows of the run, until it is known which of them change the table.
    held: DataFrame | None = None
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        location = self.target.metadata["location"]
        self.scratch = f"{location}/staging/{self.catalog}"
        prefix = f"spark.sql.catalog.{self.catalog}"
        for key, value in {"": "org.apache.iceberg.spark.SparkCatalog", ".type": "hadoop", ".cache-enabled": "false",
                           ".warehouse": self.scratch}.items():
            self.tables.spark.conf.set(prefix + key, value)
        parser = self.tables.iceberg.TableMetadataParser
        metadata = parser.fromJson(json.dumps(empty_copy(self.target.metadata, f"{self.scratch}/run/rows")))
        io = self.target.table.io()
        parser.write(metadata, io.newOutputFile(f"{self.scratch}/run/rows/metadata/v1.metadata.json"))

    def write(self, rows: DataFrame) -> None:
        """Writes rows into data files, all of them by the end of the call; adds to `files`."""
        rows.writeTo(f"{self.catalog}.{ROWS}").append()
        state = self.tables.load(self.catalog, ROWS)
        written = [file for file in all_files(state) if file.location() not in self.seen]
        self.seen |= {file.location() for file in written}
        self.files += written

    def hold(self, rows: DataFrame) -> None:
        """Keeps rows with Spark, all of them by the end of the call; rows that it loses it makes again."""
        self.held = rows.persist(StorageLevel.DISK_ONLY)
        self.held.count()

    def abandon(self) -> None:
        """Deletes the data files."""
        for file in self.files:
            self.target.table.io().deleteFile(file.location())
        self.files.clear()

    def close(self) -> None:
        """Deletes the scratch table; its data files stay."""
        if self.held is not None:
            self.held.unpersist()
        jvm = self.tables.jvm
        path = jvm.org.apache.hadoop.fs.Path(self.scratch)
        system = path.getFileSystem(self.tables.spark._jsparkSession.sessionState().newHadoopConf())
        system.delete(path, True)
        # The directory of all runs' scratch tables goes with the last one.
        if system.exists(path.getParent()) and not system.listStatus(path.getParent()):
            system.delete(path.getParent(), False)
        for key in ("", ".type", ".cache-enabled", ".warehouse"):
            self.tables.spark.conf.unset(f"spark.sql.catalog.{self.catalog}{key}")

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def empty_copy(metadata: dict, location: str) -> dict:
    """Metadata of a table that is like another one and holds nothing: same field ids, same partition spec's id."""
    kept = ("format-version", "last-column-id", "schemas", "current-schema-id", "partition-specs", "default-spec-id",
            "last-partition-id", "sort-orders", "default-sort-order-id", "last-updated-ms")
    is_partitioned = any(spec["fields"] for spec in metadata["partition-specs"]
                         if spec["spec-id"] == metadata["default-spec-id"])
    settings = {
        **metadata.get("properties", {}),
        "write.data.path": f"{metadata['location']}/data",
        # Rows of one partition come together; a sort order holds within a file, which needs no ranges over all rows.
        "write.distribution-mode": "hash" if is_partitioned else "none",
    }
    return {**{key: metadata[key] for key in kept}, "table-uuid": str(uuid.uuid4()), "location": location,
            "properties": settings, "last-sequence-number": 0, "current-snapshot-id": -1, "snapshots": [], "refs": {},
            "snapshot-log": [], "metadata-log": []}
