"""The table that a run's rows are written for: as it is, or as its definition says where the plan's policy allows that.

    evolving ─▶ Evolving ─ state: the table as it will be, in memory ─▶ rows are staged for it
                                                                             │
    onto: the same change of the newest state ─▶ rows and structure ─▶ one compare-and-swap

What differs, and what a run may change, is decided by `naru_decode`. What the metadata becomes follows `naru-lake`'s
`evolve/to_spec.rs` and `partition_fields.rs`: columns keep their field ids by name, or by the name that they had.
"""

import json
from dataclasses import dataclass, replace

from py4j.java_gateway import JavaObject

from naru_spark.errors import Conflict, RunError
from naru_spark.plan import Plan
from naru_spark.table_json import ICEBERG_TYPES, current, field_name, properties, sort_json, spec_of, transform_text
from naru_spark.tables import Evolution, TableState, Tables

# The properties that follow from a specification; others are left as they are.
KEY = "naru.key"
OWN_PROPERTIES = ("write.parquet.compression-codec", "write.parquet.compression-level", "write.target-file-size-bytes", KEY)


@dataclass(frozen=True)
class Evolving:
    """`state`: what rows are written for. `changes`: what the commit changes, in words. `refused`: pairs of a difference
    that stands in the way of any row, and what to do about it; `policy`: what runs may change.
    """

    state: TableState
    changes: list[str]
    refused: list[list[str]]
    policy: str

    def require_allowed(self) -> None:
        """Refuses to write across differences that may not be done away with. Raises RunError."""
        if self.refused:
            count = len(self.refused)
            told = "\n".join(f"  {difference}\n      {remedy}" for difference, remedy in self.refused)
            raise RunError(f"table {self.state.name} differs from its definition in {count} way{'' if count == 1 else 's'}\n"
                           f"{told}\nhint: nothing was committed; runs of this phase may change {self.policy}; "
                           "docs/evolution.md says more")


def evolving(tables: Tables, plan: Plan, state: TableState) -> Evolving:
    """What a run of the plan does about the differences of its table. Raises RunError for a table that is not naru's."""
    if state.metadata["format-version"] != 2:
        raise RunError(f"{state.name}: naru writes tables of format version 2 only")
    try:
        spec = spec_of(state.metadata)
    except ValueError as error:
        raise RunError(f"{state.name}: {error}, which no definition can say") from error
    found = json.loads(plan.kernel.evolution(json.dumps(spec), bool(state.metadata.get("snapshots"))))
    if found["do"] != "apply":
        return Evolving(state, [], found["refused"], found["policy"])
    evolved = evolve(tables, state, plan.json["target"]["spec"], found["renames"])
    return Evolving(evolved, found["differences"], [], found["policy"])


def onto(tables: Tables, base: TableState, now: TableState) -> TableState:
    """The newest state, evolved as `base`, which the run's files were written for. Raises Conflict if they do not fit."""
    shape = shape_of(now.metadata)
    if base.evolution is None:
        if shape != shape_of(base.metadata):
            raise Conflict(base.name, "the table's columns, partitioning or sort order were changed")
        return now
    if shape == base.evolution.evolved:
        # Somebody else has brought about the same shape.
        return now
    if shape != base.evolution.planned:
        raise Conflict(base.name, "the table's columns, partitioning or sort order were changed")
    return evolve(tables, now, base.evolution.spec, base.evolution.renames)


def evolve(tables: Tables, state: TableState, spec: dict, renames: list[list[str]]) -> TableState:
    """A table as it is once it is as `spec` says, in memory."""
    operations = state.table.operations()
    metadata = evolved_metadata(tables, operations.current(), state.metadata, spec, renames)
    found = tables.metadata_of(metadata)
    evolution = Evolution(state.table, metadata, shape_of(state.metadata), shape_of(found), spec, renames)
    table = tables.jvm.org.apache.iceberg.BaseTable(operations.temp(metadata), state.name)
    return replace(state, table=table, metadata=found, evolution=evolution)


def shape_of(metadata: dict) -> dict:
    """What data files are written by, and what ids come next: states with equal shapes take the same files."""
    return {
        "table": metadata["table-uuid"],
        "schema": current(metadata["schemas"], "schema-id", metadata["current-schema-id"]),
        "partition": current(metadata["partition-specs"], "spec-id", metadata["default-spec-id"]),
        "sort": current(metadata["sort-orders"], "order-id", metadata["default-sort-order-id"]),
        "last-column-id": metadata["last-column-id"],
        "last-partition-id": metadata["last-partition-id"],
    }


def evolved_metadata(tables: Tables, java: JavaObject, metadata: dict, spec: dict, renames: list[list[str]]) -> JavaObject:
    """Iceberg's `TableMetadata` after the change; `java` and `metadata` are the same before it."""
    iceberg = tables.iceberg
    fields, last_column_id = columns(metadata, spec, {new: old for old, new in renames})
    ids = {field["name"]: field["id"] for field in fields}
    schema = iceberg.SchemaParser.fromJson(json.dumps({
        "type": "struct", "schema-id": 0, "fields": fields, "identifier-field-ids": sorted(ids[name] for name in spec["key"])}))
    builder = iceberg.TableMetadata.buildFrom(java).setCurrentSchema(schema, last_column_id)
    partition = partition_fields(metadata, ids, spec["partition"])
    if partition is not None:
        unbound = json.dumps({"spec-id": 0, "fields": partition})
        builder = builder.setDefaultPartitionSpec(iceberg.PartitionSpecParser.fromJson(schema, unbound))
    order = sort_json(spec, ids)
    if order["fields"] != current(metadata["sort-orders"], "order-id", metadata["default-sort-order-id"])["fields"]:
        builder = builder.setDefaultSortOrder(iceberg.SortOrderParser.fromJson(schema, json.dumps(order)))
    wanted, stale = changed_properties(metadata, spec)
    return builder.removeProperties(set(stale)).setProperties(wanted).build()


def columns(metadata: dict, spec: dict, old_names: dict[str, str]) -> tuple[list[dict], int]:
    """The fields of the schema, and the greatest id that any column ever had."""
    known = {field["name"]: field for field in
             current(metadata["schemas"], "schema-id", metadata["current-schema-id"])["fields"]}
    last_id, fields = metadata["last-column-id"], []
    for column in spec["columns"]:
        name = column["name"]
        field = known.get(old_names.get(name, name))
        if field is None:
            last_id += 1
            field = {"id": last_id}
        kind = ICEBERG_TYPES.get(column["type"], column["type"].replace(",", ", "))
        field = {**field, "name": name, "required": column["required"], "type": kind}
        field.pop("doc", None)
        if column["description"]:
            field["doc"] = column["description"]
        fields.append(field)
    return fields, last_id


def partition_fields(metadata: dict, ids: dict[str, int], wanted: list[dict]) -> list[dict] | None:
    """The fields of the next partition spec; None if the current one partitions by these already."""
    default = current(metadata["partition-specs"], "spec-id", metadata["default-spec-id"])["fields"]
    meanings = [(ids[field["column"]], transform_text(field["transform"])) for field in wanted]
    if [meaning_of(field) for field in default] == meanings and all(
            is_clear_of_columns(ids, field["name"], meaning_of(field)) for field in default):
        return None
    known = [field for spec in metadata["partition-specs"] for field in spec["fields"]]
    numbers = {meaning_of(field): field["field-id"] for field in known}
    last_id, found = max(metadata["last-partition-id"], 999), []
    for field, meaning in zip(wanted, meanings, strict=True):
        if meaning not in numbers:
            last_id += 1
            numbers[meaning] = last_id
        name = partition_name(known, ids, field, meaning, {other["name"] for other in found})
        found.append({"source-id": meaning[0], "field-id": numbers[meaning], "name": name, "transform": meaning[1]})
    return found


def partition_name(known: list[dict], ids: dict[str, int], field: dict, meaning: tuple, taken: set[str]) -> str:
    """The name that a field of the same meaning had before, or a new one: readers join the fields of all specs into one
    struct, so that no two of different meaning may have one name.
    """
    plain = field_name(field)
    transform = field["transform"]
    base = plain if isinstance(transform, str) else f"{plain}_{next(iter(transform.values()))}"
    before = [other["name"] for other in known if meaning_of(other) == meaning]
    numbered = [f"{base}_{number}" for number in range(2, len(known) + len(taken) + 4)]
    for name in [*before, plain, base, *numbered]:
        if name not in taken and is_clear_of_columns(ids, name, meaning) and all(
                other["name"] != name or meaning_of(other) == meaning for other in known):
            return name
    return plain


def meaning_of(field: dict) -> tuple[int, str]:
    return field["source-id"], field["transform"]


def is_clear_of_columns(ids: dict[str, int], name: str, meaning: tuple[int, str]) -> bool:
    """A partition field may have the name of a column only if it is that column itself."""
    return name not in ids or meaning == (ids[name], "identity")


def changed_properties(metadata: dict, spec: dict) -> tuple[dict[str, str], list[str]]:
    """The properties to set, and those to remove."""
    held, same_files = metadata.get("properties", {}), spec_of(metadata)["file"] == spec["file"]
    # A table of another's may say the same by other properties, or by none.
    wanted = {name: value for name, value in properties(spec).items()
              if name in OWN_PROPERTIES and (name == KEY or not same_files)}
    stale = [name for name in OWN_PROPERTIES if name in held
             and (not spec["key"] if name == KEY else not same_files and name not in wanted)]
    return {name: value for name, value in wanted.items() if held.get(name) != value}, stale
