"""Iceberg tables, through Iceberg's Java library in Spark's own process: what they are, and making them."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from naru_spark import catalogs
from naru_spark.catalogs import CATALOG
from naru_spark.errors import RunError
from naru_spark.table_json import partition_json, properties, schema_json, sort_json

# A run record's treated columns.
TREATMENTS = "naru.treatments"


@dataclass(frozen=True)
class Evolution:
    """What becomes of a table's structure: see `evolve`. `loaded` is the table as the catalog has it, `metadata` its
    metadata as it will be (Iceberg's `TableMetadata`); `planned` and `evolved` are the shapes of both.
    """

    loaded: JavaObject
    metadata: JavaObject
    planned: dict
    evolved: dict
    spec: dict
    renames: list[list[str]]


@dataclass(frozen=True)
class TableState:
    """A table at one instant: what was loaded is what a commit expects to replace.

    `evolution`: what a commit changes of the table beside its rows; `table` and `metadata` are then the table as it will
    be, in memory only.
    """

    name: str
    table: JavaObject
    metadata: dict
    evolution: Evolution | None = None

    @property
    def operations(self) -> JavaObject:
        """What the table is committed by."""
        return (self.evolution.loaded if self.evolution else self.table).operations()

    @property
    def snapshot_id(self) -> int | None:
        found = self.metadata.get("current-snapshot-id", -1)
        return None if found in (None, -1) else found

    @property
    def sequence_number(self) -> int:
        """Of the current snapshot; 0 for an empty table."""
        return next((s["sequence-number"] for s in self.ancestry()), 0)

    def ancestry(self) -> list[dict]:
        """The current snapshot, its parent, and so on as far as they have not expired."""
        by_id = {snapshot["snapshot-id"]: snapshot for snapshot in self.metadata.get("snapshots", [])}
        found, current = [], by_id.get(self.snapshot_id)
        while current is not None:
            found.append(current)
            current = by_id.get(current.get("parent-snapshot-id"))
        return found

    def history(self) -> str:
        """JSON of the ancestry, as `naru_decode.Plan` reads it, with columns by the names that they have now."""
        schemas = {schema["schema-id"]: {field["name"]: field["id"] for field in schema["fields"]}
                   for schema in self.metadata["schemas"]}
        now = {number: name for name, number in schemas[self.metadata["current-schema-id"]].items()}
        snapshots = []
        for snapshot in self.ancestry():
            then = schemas.get(snapshot.get("schema-id"), {})
            summary = {key: value for key, value in snapshot["summary"].items() if key != "operation"}
            if TREATMENTS in summary:
                summary[TREATMENTS] = renamed(summary[TREATMENTS], then, now)
            columns = sorted(now[number] for number in then.values() if number in now)
            snapshots.append({"id": snapshot["snapshot-id"], "summary": summary, "columns": columns})
        return json.dumps(snapshots)


def renamed(treatments: str, then: dict[str, int], now: dict[int, str]) -> str:
    """A run's treatments by the names that its columns have now; of columns that were dropped since nothing is left."""
    found = {(now.get(then[name]) if name in then else name): word for name, word in json.loads(treatments).items()}
    return json.dumps({name: word for name, word in found.items() if name is not None}, sort_keys=True)


class Tables:
    """The tables of the session's catalog `naru`, or of another view of it."""

    def __init__(self, spark: SparkSession, catalog_name: str = CATALOG) -> None:
        self.spark = spark
        self.catalog_name = catalog_name
        self.jvm: Any = spark.sparkContext._jvm
        self.iceberg = self.jvm.org.apache.iceberg
        # Spark looks up a catalog's settings in the thread's session, whichever was asked for the catalog.
        self.jvm.org.apache.spark.sql.SparkSession.setActiveSession(spark._jsparkSession)

    def writing_to(self, location: str, owner: str | None) -> "Tables":
        """The same tables, by a catalog that writes into this location's bucket: by its own key, where there is one. See
        `catalogs.glue`; raises its errors.
        """
        prefix = f"spark.sql.catalog.{self.catalog_name}"
        if self.spark.conf.get(f"{prefix}.s3.sse.key", None) is None:
            return self
        bucket = location.split("/")[2]
        name = f"{CATALOG}_{re.sub('[^a-z0-9]', '_', bucket)}"
        for key, value in catalogs.glue(location, owner, name).items():
            self.spark.conf.set(key, value)
        return Tables(self.spark, name)

    def find(self, name: str) -> TableState | None:
        """A table (`database.table`) at its newest state; None: there is none."""
        try:
            return self.load(self.catalog_name, name)
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() in ("NoSuchTableException", "NoSuchNamespaceException"):
                return None
            raise

    def load(self, catalog: str, name: str) -> TableState:
        """A table of a catalog of the session's. Raises Py4JJavaError."""
        database, table = name.split(".")
        space = self.iceberg.catalog.Namespace.of(self.strings(database))
        found = self.catalog(catalog).loadTable(self.iceberg.catalog.TableIdentifier.of(space, table))
        return TableState(name, found, self.metadata_of(found.operations().current()))

    def find_or_create(self, name: str, location: str, spec: dict) -> TableState:
        """A table; made as `naru apply` makes it where there is none. Another process may be faster."""
        state = self.find(name)
        if state is not None:
            return state
        database, table = name.split(".")
        space = self.iceberg.catalog.Namespace.of(self.strings(database))
        catalog = self.catalog(self.catalog_name)
        try:
            if not catalog.namespaceExists(space):
                catalog.createNamespace(space)
            schema = self.iceberg.SchemaParser.fromJson(json.dumps(schema_json(spec)))
            unbound = self.iceberg.PartitionSpecParser.fromJson(schema, json.dumps(partition_json(spec)))
            order = self.iceberg.SortOrderParser.fromJson(schema, json.dumps(sort_json(spec)))
            builder = catalog.buildTable(self.iceberg.catalog.TableIdentifier.of(space, table), schema)
            builder = builder.withLocation(location).withPartitionSpec(unbound).withSortOrder(order)
            for key, value in properties(spec).items():
                builder = builder.withProperty(key, value)
            builder.create()
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() != "AlreadyExistsException":
                raise
        state = self.find(name)
        if state is None:
            raise RunError(f"{name} was made and is not there")
        return state

    def metadata_of(self, metadata: JavaObject) -> dict:
        return json.loads(self.iceberg.TableMetadataParser.toJson(metadata))

    def in_memory(self, state: TableState, metadata: JavaObject) -> JavaObject:
        """A table of this metadata that is written to through the table's own storage and whose commits are in memory
        only. It cannot be scanned.
        """
        return self.iceberg.Transactions.replaceTableTransaction(state.name, state.operations, metadata).table()

    def as_of(self, state: TableState, snapshot_id: int) -> JavaObject:
        """A table with another of its snapshots, in memory only. Its columns and partitions are those of `state`, where
        Iceberg's own time travel would have the columns by the names that they had.
        """
        if snapshot_id == state.snapshot_id:
            return state.table
        current = state.table.operations().current()
        metadata = self.iceberg.TableMetadata.buildFrom(current).setBranchSnapshot(snapshot_id, "main").build()
        # Of the table as it was loaded: operations that are in memory already answer `temp` with themselves.
        return self.iceberg.BaseTable(state.operations.temp(metadata), state.name)

    def read(self, state: TableState) -> DataFrame:
        """The rows of a state, whatever the catalog has by then, with its columns as they are or will be."""
        with self.known(f"naru_read_{uuid.uuid4().hex}", state.table) as name:
            return self.spark.read.format("iceberg").load(name)

    @contextmanager
    def known(self, name: str, table: JavaObject) -> Iterator[str]:
        """Spark finds the table by this name, without a catalog, until the end."""
        gateway = self.spark.sparkContext._gateway
        java, loader = self.jvm.java.lang, self.jvm.java.lang.Thread.currentThread().getContextClassLoader()
        # By reflection: the class has two methods of this name, and Py4J finds the other one.
        get = loader.loadClass("org.apache.iceberg.spark.SparkTableCache").getMethod("get", gateway.new_array(java.Class, 0))
        cache = get.invoke(None, gateway.new_array(java.Object, 0))
        cache.add(name, table)
        try:
            yield name
        finally:
            cache.remove(name)

    def files(self, state: TableState, where: JavaObject | None = None) -> list[JavaObject]:
        """The data files of a table, with their statistics; those that may hold rows that meet an expression. Raises
        Py4JJavaError.
        """
        scan = state.table.newScan()
        if where is not None:
            scan = scan.useSnapshot(state.snapshot_id).filter(where)
        return [task.file() for task in self.tasks(scan.includeColumnStats())]

    def tasks(self, scan: JavaObject) -> list[JavaObject]:
        """A scan's tasks, one a data file. Raises Py4JJavaError where a manifest cannot be read."""
        found = scan.planFiles()
        try:
            # Java goes through them: Py4J takes an error of an iterator for its end, and files would be missing.
            return list(self.iceberg.relocated.com.google.common.collect.ImmutableList.copyOf(found.iterator()))
        finally:
            found.close()

    def catalog(self, name: str) -> JavaObject:
        """Iceberg's own catalog behind one of the session's."""
        return self.spark._jsparkSession.sessionState().catalogManager().catalog(name).icebergCatalog()

    def strings(self, *texts: str) -> JavaObject:
        """A Java array of strings."""
        array = self.spark.sparkContext._gateway.new_array(self.jvm.java.lang.String, len(texts))
        for position, text in enumerate(texts):
            array[position] = text
        return array
