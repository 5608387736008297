"""Snapshots: their order, their manifest lists and manifests, and the totals in their summaries."""

from dataclasses import dataclass, field

from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile, DataFileContent, ManifestEntry, ManifestEntryStatus, ManifestFile
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from .catalog import short
from .values import internal_value, is_nan

COUNTS = {
    ManifestEntryStatus.ADDED: "added",
    ManifestEntryStatus.EXISTING: "existing",
    ManifestEntryStatus.DELETED: "deleted",
}


@dataclass
class Live:
    """What one snapshot consists of, and what it changed."""

    data: list[DataFile] = field(default_factory=list)
    deletes: list[DataFile] = field(default_factory=list)
    added: list[DataFile] = field(default_factory=list)
    removed: list[DataFile] = field(default_factory=list)


def read_snapshot(table: Table, snapshot: Snapshot) -> tuple[Live, list[str]]:
    """A snapshot's files, and what is wrong with its manifest list and manifests."""
    live, faults = Live(), []
    for manifest in snapshot.manifests(table.io):
        entries = manifest.fetch_manifest_entry(table.io, discard_deleted=False)
        faults += check_manifest(table, snapshot, manifest, entries)
        for entry in entries:
            is_data = entry.data_file.content == DataFileContent.DATA
            if entry.status != ManifestEntryStatus.DELETED:
                (live.data if is_data else live.deletes).append(entry.data_file)
            if entry.snapshot_id == snapshot.snapshot_id:
                if entry.status == ManifestEntryStatus.ADDED:
                    live.added.append(entry.data_file)
                elif entry.status == ManifestEntryStatus.DELETED:
                    live.removed.append(entry.data_file)
    paths = [f.file_path for f in live.data + live.deletes]
    faults += [f"{short(path)} is live twice" for path in sorted({p for p in paths if paths.count(p) > 1})]
    return live, [f"snapshot {snapshot.snapshot_id}: {fault}" for fault in faults]


def check_manifest(table: Table, snapshot: Snapshot, manifest: ManifestFile, entries: list[ManifestEntry]) -> list[str]:
    """What the manifest list says about a manifest, against the manifest."""
    name, faults = f"manifest {short(manifest.manifest_path)}", []
    size = len(table.io.new_input(manifest.manifest_path))
    if size != manifest.manifest_length:
        faults.append(f"{name}: manifest_length is {manifest.manifest_length}, the file has {size} bytes")
    for status, word in COUNTS.items():
        files = [e.data_file for e in entries if e.status == status]
        found = {"files": len(files), "rows": sum(f.record_count for f in files)}
        for what, count in found.items():
            said = getattr(manifest, f"{word}_{what}_count")
            if said is not None and said != count:
                faults.append(f"{name}: {word}_{what}_count is {said}, its entries make {count}")
    if not snapshot.sequence_number or manifest.sequence_number > snapshot.sequence_number:
        faults.append(f"{name}: sequence number {manifest.sequence_number} is after the snapshot's")
    live = [e for e in entries if e.status != ManifestEntryStatus.DELETED]
    if live and manifest.min_sequence_number > min(e.sequence_number for e in live):
        faults.append(f"{name}: min_sequence_number is {manifest.min_sequence_number}, an entry's is lower")
    return faults + check_partition_summaries(table, manifest, entries, name)


def check_partition_summaries(table: Table, manifest: ManifestFile, entries: list[ManifestEntry], name: str) -> list[str]:
    """A manifest's partition field summaries, by which readers skip it, against its entries' partitions."""
    spec = table.specs().get(manifest.partition_spec_id)
    if spec is None:
        return [f"{name}: the table has no partition spec {manifest.partition_spec_id}"]
    faults, summaries = [], manifest.partitions or []
    if len(summaries) != len(spec.fields):
        return [f"{name}: {len(summaries)} partition summaries for {len(spec.fields)} partition fields"]
    types = [f.field_type for f in spec.partition_type(schema_for(table, spec)).fields]
    for position, (part, summary, kind) in enumerate(zip(spec.fields, summaries, types, strict=True)):
        values = [internal_value(e.data_file.partition[position]) for e in entries]
        if any(v is None for v in values) and not summary.contains_null:
            faults.append(f"{name}: contains_null of {part.name} is false, and an entry's partition is null")
        present = [v for v in values if v is not None and not is_nan(v)]
        low, high = (None if b is None else from_bytes(kind, b) for b in (summary.lower_bound, summary.upper_bound))
        if present and (low is None or high is None or low > min(present) or high < max(present)):
            faults.append(f"{name}: bounds of {part.name} do not hold all of its entries' partitions")
    return faults


def schema_for(table: Table, spec: PartitionSpec) -> Schema:
    """The present schema, or, where a column that the spec is about was dropped, the newest that has all of them."""
    sources = {part.source_id for part in spec.fields}
    complete = [s for s in table.schemas().values() if sources <= {f.field_id for f in s.fields}]
    present = table.schema()
    return present if present in complete else max(complete, key=lambda s: s.schema_id, default=present)


def check_summary(snapshot: Snapshot, live: Live) -> list[str]:
    """A snapshot summary's totals and changes, against the files."""
    name = f"snapshot {snapshot.snapshot_id}"
    if snapshot.summary is None:
        return [f"{name}: no summary"]
    said = snapshot.summary.additional_properties
    faults = []
    for key, value in {**totals(live), **changes(live)}.items():
        # Totals must be there; changes that are nothing may be left out.
        if key not in said:
            if key.startswith("total-") or value:
                faults.append(f"{name}: {key} is missing, its files make {value}")
        elif said[key] != str(value):
            faults.append(f"{name}: {key} is {said[key]}, its files make {value}")
    return faults


def totals(live: Live) -> dict[str, int]:
    """The running totals of Iceberg's spec, appendix F, from the live files."""
    of = {content: [f for f in live.deletes if f.content == content] for content in DataFileContent}
    return {
        "total-data-files": len(live.data),
        "total-records": rows(live.data),
        "total-files-size": size(live.data) + size(live.deletes),
        "total-delete-files": len(live.deletes),
        "total-position-deletes": rows(of[DataFileContent.POSITION_DELETES]),
        "total-equality-deletes": rows(of[DataFileContent.EQUALITY_DELETES]),
    }


def changes(live: Live) -> dict[str, int]:
    """What the snapshot added and removed."""
    added = [f for f in live.added if f.content == DataFileContent.DATA]
    removed = [f for f in live.removed if f.content == DataFileContent.DATA]
    return {
        "added-data-files": len(added),
        "added-records": rows(added),
        "added-files-size": size(live.added),
        "deleted-data-files": len(removed),
        "deleted-records": rows(removed),
        "removed-files-size": size(live.removed),
    }


def rows(files: list[DataFile]) -> int:
    """Records in all."""
    return sum(f.record_count for f in files)


def size(files: list[DataFile]) -> int:
    """Bytes in all."""
    return sum(f.file_size_in_bytes for f in files)


def check_history(table: Table) -> list[str]:
    """The metadata's own order: format version, sequence numbers, parents, the log of metadata files."""
    metadata, faults = table.metadata, []
    if metadata.format_version != 2:
        faults.append(f"format version is {metadata.format_version}, expected 2")
    known, last = {s.snapshot_id for s in metadata.snapshots}, 0
    # The list of snapshots has no order of its own; the log of what was current has.
    by_time = sorted(metadata.snapshots, key=lambda snapshot: snapshot.timestamp_ms)
    for snapshot in by_time:
        number = snapshot.sequence_number or 0
        if number <= last or number > metadata.last_sequence_number:
            faults.append(f"snapshot {snapshot.snapshot_id}: sequence number {number} comes after {last}")
        last = number
        if snapshot.schema_id not in {s.schema_id for s in metadata.schemas}:
            faults.append(f"snapshot {snapshot.snapshot_id}: the table has no schema {snapshot.schema_id}")
    current = metadata.current_snapshot_id
    if current is not None and current not in known:
        faults.append(f"current snapshot {current} is not among the snapshots")
    for entry in metadata.metadata_log:
        if not table.io.new_input(entry.metadata_file).exists():
            faults.append(f"metadata log names {short(entry.metadata_file)}, which is not there")
    if metadata.last_column_id < max(s.highest_field_id for s in metadata.schemas):
        faults.append(f"last column id {metadata.last_column_id} is below a field's id")
    return faults
