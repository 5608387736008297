"""Deletes rows of a table by position delete files, as other engines do.

    python tests/python/delete_rows.py LAKE_DIR TABLE COLUMN VALUE…

TABLE is the name in the catalog. Rows whose COLUMN, an integer, has one of the values are deleted: one delete file per
partition, which names rows of all its data files. Prints what PyIceberg reads of COLUMN afterwards, sorted, as JSON.
"""

import json
import sys
import time
import uuid
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from lake_checks.catalog import open_catalog
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriterV2,
    write_manifest_list,
)
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation, Snapshot, Summary
from pyiceberg.table.update import AddSnapshotUpdate, AssertRefSnapshotId, SetSnapshotRefUpdate

SCHEMA = pa.schema(
    [
        pa.field("file_path", pa.string(), nullable=False, metadata={"PARQUET:field_id": "2147483546"}),
        pa.field("pos", pa.int64(), nullable=False, metadata={"PARQUET:field_id": "2147483545"}),
    ]
)


class DeleteManifestWriter(ManifestWriterV2):
    """PyIceberg writes no delete manifests; they differ from data manifests by their content only."""

    def content(self) -> ManifestContent:
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


def write_delete_files(table: Table, column: str, values: set[int]) -> list[DataFile]:
    """One delete file for each partition that has rows to delete."""
    rows, partitions = defaultdict(list), {}
    for task in table.scan().plan_files():
        with table.io.new_input(task.file.file_path).open() as stream:
            found = pq.read_table(stream, columns=[column])[column].to_pylist()
        positions = [(task.file.file_path, n) for n, value in enumerate(found) if value in values]
        key = (task.file.spec_id, repr(task.file.partition))
        partitions[key] = task.file.partition
        rows[key] += positions
    files = []
    for key, positions in rows.items():
        if not positions:
            continue
        location = f"{table.location()}/data/{uuid.uuid4()}-deletes.parquet"
        paths, numbers = zip(*sorted(positions), strict=True)
        output = table.io.new_output(location)
        with output.create() as stream:
            pq.write_table(pa.table([list(paths), list(numbers)], schema=SCHEMA), stream)
        file = DataFile.from_args(
            content=DataFileContent.POSITION_DELETES,
            file_path=location,
            file_format=FileFormat.PARQUET,
            partition=partitions[key],
            record_count=len(positions),
            file_size_in_bytes=len(table.io.new_input(location)),
        )
        file.spec_id = key[0]
        files.append(file)
    return files


def write_manifest(table: Table, snapshot_id: int, spec_id: int, files: list[DataFile]) -> ManifestFile:
    """A manifest of delete files of one partition spec."""
    output = table.io.new_output(f"{table.location()}/metadata/{uuid.uuid4()}-m0.avro")
    with DeleteManifestWriter(table.specs()[spec_id], table.schema(), output, snapshot_id, "deflate") as writer:
        for file in files:
            writer.add(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, data_file=file))
    return writer.to_manifest_file()


def commit(table: Table, files: list[DataFile]) -> None:
    """One snapshot more, which adds the delete files."""
    parent, snapshot_id = table.current_snapshot(), table.metadata.new_snapshot_id()
    by_spec = defaultdict(list)
    for file in files:
        by_spec[file.spec_id].append(file)
    manifests = [write_manifest(table, snapshot_id, spec_id, of_spec) for spec_id, of_spec in by_spec.items()]
    manifests += parent.manifests(table.io)
    output = table.io.new_output(f"{table.location()}/metadata/snap-{snapshot_id}-{uuid.uuid4()}.avro")
    sequence_number = table.metadata.next_sequence_number()
    with write_manifest_list(2, output, snapshot_id, parent.snapshot_id, sequence_number, "deflate") as writer:
        writer.add_manifests(manifests)
    rows, size = sum(f.record_count for f in files), sum(f.file_size_in_bytes for f in files)
    before = parent.summary.additional_properties
    added = {"delete-files": len(files), "position-deletes": rows, "files-size": size}
    totals = {f"total-{key}": int(before.get(f"total-{key}", 0)) + count for key, count in added.items()}
    kept = {key: before[key] for key in ("total-data-files", "total-records", "total-equality-deletes")}
    counts = {"added-position-delete-files": len(files), **{f"added-{key}": count for key, count in added.items()}}
    properties = {key: str(value) for key, value in {**counts, **totals, **kept}.items()}
    snapshot = Snapshot(
        snapshot_id=snapshot_id,
        parent_snapshot_id=parent.snapshot_id,
        sequence_number=sequence_number,
        timestamp_ms=max(int(time.time() * 1000), table.metadata.last_updated_ms + 1),
        manifest_list=output.location,
        summary=Summary(Operation.DELETE, **properties),
        schema_id=table.schema().schema_id,
    )
    table.catalog.commit_table(
        table,
        (AssertRefSnapshotId(ref="main", snapshot_id=parent.snapshot_id),),
        (
            AddSnapshotUpdate(snapshot=snapshot),
            SetSnapshotRefUpdate(ref_name="main", type="branch", snapshot_id=snapshot_id),
        ),
    )


def main() -> None:
    lake, name, column, *values = sys.argv[1:]
    table = open_catalog(Path(lake)).load_table(name)
    commit(table, write_delete_files(table, column, {int(value) for value in values}))
    print(json.dumps(sorted(table.refresh().scan().to_arrow()[column].to_pylist())))


if __name__ == "__main__":
    main()
