"""Rows of a table's data files, each with its place.

Which files are read is decided here and not by a filter of Spark's: what keys are looked for would stand in Spark's plans
and event logs. So the files' scan tasks are handed to Iceberg's reader by name.
"""

import uuid
from dataclasses import dataclass, field

from py4j.java_gateway import JavaObject
from pyspark.sql import DataFrame
from pyspark.sql.types import LongType, StringType, StructField, StructType

from naru_spark.tables import TableState, Tables

FILE, POSITION = "@file", "@position"


@dataclass
class TableRows:
    """Reads a table's files; `columns` are those that its rows have."""

    tables: Tables
    state: TableState
    columns: StructType
    sets: list[str] = field(default_factory=list)

    def tasks(self, snapshot_id: int | None, where: JavaObject | None = None) -> dict[str, JavaObject]:
        """The scan tasks of a snapshot's data files that may hold rows which meet an expression, by the files' locations.
        What is read of a file are all its rows that the snapshot has.
        """
        if snapshot_id is None:
            return {}
        scan = self.tables.as_of(self.state, snapshot_id).newScan().includeColumnStats().ignoreResiduals()
        tasks = self.tables.tasks(scan if where is None else scan.filter(where))
        return {task.file().location(): task for task in tasks}

    def read(self, tasks: dict[str, JavaObject]) -> DataFrame:
        """The rows of tasks: the table's columns, `@file` and `@position`."""
        places = [StructField(FILE, StringType()), StructField(POSITION, LongType())]
        if not tasks:
            return self.tables.spark.createDataFrame([], StructType([*self.columns.fields, *places]))
        name = f"naru-{uuid.uuid4()}"
        listed = self.tables.jvm.java.util.ArrayList()
        for task in tasks.values():
            listed.add(task)
        self.manager().stageTasks(self.state.table, name, listed)
        self.sets.append(name)
        with self.tables.known(name, self.state.table):
            found = self.tables.spark.read.option("scan-task-set-id", name).format("iceberg").load(name)
        return found.select(*(found[column.name] for column in self.columns.fields),
                            found["_file"].alias(FILE), found["_pos"].alias(POSITION))

    def manager(self) -> JavaObject:
        return self.tables.iceberg.spark.ScanTaskSetManager.get()

    def close(self) -> None:
        """Forgets the tasks: no frame that `read` gave can be read any more."""
        for name in self.sets:
            self.manager().removeTasks(self.state.table, name)
        self.sets.clear()

    def __enter__(self) -> "TableRows":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
