"""A plan's `target.spec` as Iceberg's JSON, and back: what `naru-lake`'s `schema.rs` and `spec.rs` do."""

import re

# Types whose names differ.
ICEBERG_TYPES = {"bigint": "long"}
SPEC_TYPES = {"long": "bigint"}

ROW_GROUP_BYTES = 128 * 1024 * 1024


def schema_json(spec: dict) -> dict:
    """The schema of a new table: field ids from 1 in the columns' order."""
    ids = field_ids(spec)
    fields = []
    for column in spec["columns"]:
        name = column["type"]
        field = {"id": ids[column["name"]], "name": column["name"], "required": column["required"],
                 "type": ICEBERG_TYPES.get(name, name.replace(",", ", "))}
        if column["description"]:
            field["doc"] = column["description"]
        fields.append(field)
    return {"type": "struct", "schema-id": 0, "identifier-field-ids": [ids[name] for name in spec["key"]],
            "fields": fields}


def partition_json(spec: dict) -> dict:
    ids = field_ids(spec)
    fields = [{"source-id": ids[field["column"]], "field-id": 1000 + position,
               "name": field_name(field), "transform": transform_text(field["transform"])}
              for position, field in enumerate(spec["partition"])]
    return {"spec-id": 0, "fields": fields}


def sort_json(spec: dict, ids: dict[str, int] | None = None) -> dict:
    """The sort order; `ids` are the columns' field ids, by default those of a new table."""
    ids = ids or field_ids(spec)
    fields = [{"transform": "identity", "source-id": ids[field["column"]],
               "direction": "desc" if field["descending"] else "asc",
               "null-order": "nulls-first" if field["nulls_first"] else "nulls-last"} for field in spec["sort"]]
    return {"order-id": 1 if fields else 0, "fields": fields}


def properties(spec: dict) -> dict[str, str]:
    """The properties of a new table."""
    found = {
        "format-version": "2",
        "write.target-file-size-bytes": str(spec["file"]["target_file_size_bytes"]),
        "write.metadata.delete-after-commit.enabled": "true",
        "write.metadata.previous-versions-max": "100",
        "write.parquet.row-group-size-bytes": str(ROW_GROUP_BYTES),
    }
    compression = spec["file"]["compression"]
    if compression == "none":
        found["write.parquet.compression-codec"] = "uncompressed"
    else:
        found["write.parquet.compression-codec"] = "zstd"
        found["write.parquet.compression-level"] = str(compression["zstd"])
    if spec["key"]:
        found["naru.key"] = ",".join(spec["key"])
    return found


def spec_of(metadata: dict) -> dict:
    """A table's metadata as a specification. Raises ValueError for what no definition can say."""
    schema = current(metadata["schemas"], "schema-id", metadata["current-schema-id"])
    names = {field["id"]: field["name"] for field in schema["fields"]}
    columns = []
    for field in schema["fields"]:
        if not isinstance(field["type"], str):
            raise ValueError(f"column {field['name']} has a nested type")
        name = SPEC_TYPES.get(field["type"], field["type"].replace(", ", ","))
        columns.append({"name": field["name"], "type": name, "required": field["required"],
                        "description": field.get("doc", "")})
    partition = current(metadata["partition-specs"], "spec-id", metadata["default-spec-id"])["fields"]
    sort = current(metadata["sort-orders"], "order-id", metadata["default-sort-order-id"])["fields"]
    found = metadata.get("properties", {})
    codec = found.get("write.parquet.compression-codec", "zstd")
    zstd = {"zstd": int(found.get("write.parquet.compression-level", "1"))}
    key = {names[number] for number in schema.get("identifier-field-ids", [])}
    recorded = found.get("naru.key", "").split(",")
    return {
        "columns": columns,
        "partition": [{"transform": transform_of(field["transform"]), "column": names[field["source-id"]]}
                      for field in partition if field["transform"] != "void"],
        "sort": [{"column": names[field["source-id"]], "descending": field["direction"] == "desc",
                  "nulls_first": field["null-order"] == "nulls-first"} for field in sort],
        "key": recorded if set(recorded) == key else [name for name in names.values() if name in key],
        "file": {"compression": zstd if codec == "zstd" else "none",
                 "target_file_size_bytes": int(found.get("write.target-file-size-bytes", 512 * 1024 * 1024))},
    }


def current(versions: list[dict], key: str, number: int) -> dict:
    return next(version for version in versions if version[key] == number)


def field_ids(spec: dict) -> dict[str, int]:
    return {column["name"]: number for number, column in enumerate(spec["columns"], 1)}


def field_name(field: dict) -> str:
    """As Spark names it."""
    transform = field["transform"]
    if transform == "identity":
        return field["column"]
    word = transform if isinstance(transform, str) else next(iter(transform))
    return f"{field['column']}_{'trunc' if word == 'truncate' else word}"


def transform_text(transform: str | dict) -> str:
    """`"month"` → `month`, `{"bucket": 16}` → `bucket[16]`."""
    if isinstance(transform, str):
        return transform
    [(word, width)] = transform.items()
    return f"{word}[{width}]"


def transform_of(text: str) -> str | dict:
    found = re.fullmatch(r"(bucket|truncate)\[(\d+)\]", text)
    return {found[1]: int(found[2])} if found else text
