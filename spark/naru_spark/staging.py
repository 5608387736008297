"""Data files before they are in a table.

Spark's writer commits what it writes. So rows go to a scratch table that is in no catalog: it has the target's schema with
its field ids, its partitioning and its order, is written through the target's own storage (of whatever lake), and its
commits are in memory. Its data files lie in the target's directory already; the target's own commit then takes them over.
What a killed run leaves behind lies below the target, where `naru maintain` finds it.
"""

import json
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from naru_spark.java_errors import told_by_java
from naru_spark.tables import TableState, Tables


@dataclass
class Staging:
    """Files of one run for one table."""

    tables: Tables
    target: TableState
    name: str = field(default_factory=lambda: f"naru_staging_{uuid.uuid4().hex}")
    files: list[JavaObject] = field(default_factory=list)
    # Of a merge: the rows of the run, until it is known which of them change the table.
    held: DataFrame | None = None

    def __post_init__(self) -> None:
        self.scratch = f"{self.target.metadata['location']}/{self.name}"
        metadata = json.dumps(empty_copy(self.target.metadata, self.scratch))
        metadata = self.tables.iceberg.TableMetadataParser.fromJson(metadata)
        self.table = self.tables.in_memory(self.target, metadata)

    def write(self, rows: DataFrame) -> None:
        """Writes rows into data files, all of them by the end of the call; adds to `files`."""
        with self.tables.known(self.name, self.table) as name:
            rows.write.format("iceberg").mode("append").save(name)
        self.files.extend(self.table.currentSnapshot().addedDataFiles(self.table.io()))

    def hold(self, rows: DataFrame) -> None:
        """Keeps rows with Spark, all of them by the end of the call; rows that it loses it makes again."""
        self.held = rows.persist(StorageLevel.DISK_ONLY)
        self.held.count()

    def abandon(self) -> None:
        """Deletes the data files."""
        for file in self.files:
            with left_to_maintenance():
                self.table.io().deleteFile(file.location())
        self.files.clear()

    def close(self) -> None:
        """Deletes the scratch table's manifests; its data files stay."""
        if self.held is not None:
            self.held.unpersist()
        with left_to_maintenance():
            self.table.io().deletePrefix(self.scratch)

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def left_to_maintenance() -> Iterator[None]:
    """What storage does not delete is told, and no failure of the run: its rows may be committed, or it has failed already."""
    try:
        yield
    except Py4JJavaError as error:
        print(f"warning: a file of the run is left for `naru maintain`: {told_by_java(error)}", file=sys.stderr)


def empty_copy(metadata: dict, scratch: str) -> dict:
    """Metadata of a table that is like another one and holds nothing: same field ids, same partition spec's id. Its data
    files go where the other one's do, its manifests to `scratch`.
    """
    kept = ("format-version", "last-column-id", "schemas", "current-schema-id", "partition-specs", "default-spec-id",
            "last-partition-id", "sort-orders", "default-sort-order-id", "last-updated-ms")
    is_partitioned = any(spec["fields"] for spec in metadata["partition-specs"]
                         if spec["spec-id"] == metadata["default-spec-id"])
    settings = {
        **metadata.get("properties", {}),
        "write.data.path": f"{metadata['location']}/data",
        "write.metadata.path": scratch,
        # Rows of one partition come together; a sort order holds within a file, which needs no ranges over all rows.
        "write.distribution-mode": "hash" if is_partitioned else "none",
    }
    return {**{key: metadata[key] for key in kept}, "table-uuid": str(uuid.uuid4()), "location": metadata["location"],
            "properties": settings, "last-sequence-number": 0, "current-snapshot-id": -1, "snapshots": [], "refs": {},
            "snapshot-log": [], "metadata-log": []}
