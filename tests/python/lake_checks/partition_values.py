"""A data file's partition values, against the transform of every row in the file."""

import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.table import Table

from .values import internal, internal_value, is_nan


def check_partition(table: Table, file: DataFile, rows: pa.Table, schema: Schema) -> list[str]:
    """`rows` is the file's content, columns named by field id."""
    spec = table.specs().get(file.spec_id)
    if spec is None:
        return [f"the table has no partition spec {file.spec_id}"]
    faults = []
    for position, part in enumerate(spec.fields):
        source = schema.find_field(part.source_id)
        transform = part.transform.transform(source.field_type)
        said = internal_value(file.partition[position])
        values = internal(rows.column(str(part.source_id))).unique().to_pylist()
        transformed = [None if value is None else internal_value(transform(value)) for value in values]
        strange = [t for t in transformed if t != said and not (is_nan(t) and is_nan(said))]
        if strange:
            faults.append(f"partition {part.name} is {said!r}, and its rows are also in {strange[:3]!r}")
    return faults
