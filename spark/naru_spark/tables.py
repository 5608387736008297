"""Iceberg tables, through Iceberg's Java library in Spark's own process: what they are, and making them."""

import json
from dataclasses import dataclass
from typing import Any

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from naru_spark.errors import RunError
from naru_spark.table_json import partition_json, properties, schema_json, sort_json

# The catalog's name in Spark, and in the embedded lake's SQLite file.
CATALOG = "naru"


@dataclass(frozen=True)
class TableState:
    """A table at one instant: what was loaded is what a commit expects to replace."""

    name: str
    table: JavaObject
    metadata: dict

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
        """JSON of the ancestry, as `naru_decode.Plan` reads it."""
        schemas = {schema["schema-id"]: [field["name"] for field in schema["fields"]]
                   for schema in self.metadata["schemas"]}
        snapshots = [{"id": snapshot["snapshot-id"],
                      "summary": {key: value for key, value in snapshot["summary"].items() if key != "operation"},
                      "columns": schemas.get(snapshot.get("schema-id"), [])} for snapshot in self.ancestry()]
        return json.dumps(snapshots)


class Tables:
    """The tables of the session's catalog `naru`."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        self.jvm: Any = spark.sparkContext._jvm
        self.iceberg = self.jvm.org.apache.iceberg
        # Spark looks up a catalog's settings in the thread's session, whichever was asked for the catalog.
        self.jvm.org.apache.spark.sql.SparkSession.setActiveSession(spark._jsparkSession)

    def find(self, name: str) -> TableState | None:
        """A table (`database.table`) at its newest state; None: there is none."""
        try:
            return self.load(CATALOG, name)
        except Py4JJavaError as error:
            if error.java_exception.getClass().getSimpleName() in ("NoSuchTableException", "NoSuchNamespaceException"):
                return None
            raise

    def load(self, catalog: str, name: str) -> TableState:
        """A table of a catalog of the session's. Raises Py4JJavaError."""
        database, table = name.split(".")
        space = self.iceberg.catalog.Namespace.of(self.strings(database))
        found = self.catalog(catalog).loadTable(self.iceberg.catalog.TableIdentifier.of(space, table))
        text = self.iceberg.TableMetadataParser.toJson(found.operations().current())
        return TableState(name, found, json.loads(text))

    def find_or_create(self, name: str, location: str, spec: dict) -> TableState:
        """A table; made as `naru apply` makes it where there is none. Another process may be faster."""
        state = self.find(name)
        if state is not None:
            return state
        database, table = name.split(".")
        space = self.iceberg.catalog.Namespace.of(self.strings(database))
        catalog = self.catalog(CATALOG)
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

    def catalog(self, name: str) -> JavaObject:
        """Iceberg's own catalog behind one of the session's."""
        return self.spark._jsparkSession.sessionState().catalogManager().catalog(name).icebergCatalog()

    def strings(self, *texts: str) -> JavaObject:
        """A Java array of strings."""
        array = self.spark.sparkContext._gateway.new_array(self.jvm.java.lang.String, len(texts))
        for position, text in enumerate(texts):
            array[position] = text
        return array


def all_files(state: TableState) -> list[JavaObject]:
    """The data files of a table."""
    return planned(state.table.newScan())


def files(state: TableState, where: JavaObject) -> list[JavaObject]:
    """The data files that may hold rows that meet an expression."""
    return planned(state.table.newScan().useSnapshot(state.snapshot_id).filter(where))


def planned(scan: JavaObject) -> list[JavaObject]:
    """A scan's files, with their statistics."""
    tasks = scan.includeColumnStats().planFiles()
    try:
        return [task.file() for task in tasks.iterator()]
    finally:
        tasks.close()
