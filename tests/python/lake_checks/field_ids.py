"""A data file's own schema, against the table's: field ids, names, types."""

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import pyarrow_to_schema
from pyiceberg.schema import Schema
from pyiceberg.table import Table


def file_schema(parquet: pq.ParquetFile) -> Schema | None:
    """The file's schema with the field ids that it holds; none when it holds none."""
    if not all(b"PARQUET:field_id" in (f.metadata or {}) for f in parquet.schema_arrow):
        return None
    return pyarrow_to_schema(parquet.schema_arrow)


def check_field_ids(table: Table, schema: Schema | None) -> list[str]:
    """Every column of a file must be, by id, name and type, a column of one of the table's schemas, in full."""
    if schema is None:
        return ["a column has no field id"]
    ids = [f.field_id for f in schema.fields]
    if len(set(ids)) != len(ids):
        return [f"field ids are not unique: {ids}"]
    wanted = {(f.field_id, f.name, str(f.field_type)) for f in schema.fields}
    candidates = [{(f.field_id, f.name, str(f.field_type)) for f in s.fields} for s in table.schemas().values()]
    if wanted in candidates:
        return []
    closest = min(candidates, key=lambda candidate: len(candidate ^ wanted))
    faults = [f"has column {show(column)}, which no schema of the table has" for column in sorted(wanted - closest)]
    return faults + [f"lacks column {show(column)} of the table" for column in sorted(closest - wanted)]


def show(column: tuple[int, str, str]) -> str:
    """`name type (id 3)`."""
    field_id, name, field_type = column
    return f"{name} {field_type} (id {field_id})"
