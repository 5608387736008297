"""A data file's statistics in its manifest, against the file's actual content."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.types import NestedField

from .values import internal

# Iceberg's default of write.metadata.metrics.max-inferred-column-defaults: later columns may go without statistics.
COLUMNS_WITH_STATISTICS = 100


def check_statistics(file: DataFile, parquet: pq.ParquetFile, rows: pa.Table, schema: Schema, size_bytes: int) -> list[str]:
    """Everything that the manifest says of a file. `rows` is its content, columns named by field id."""
    faults = []
    if file.record_count != rows.num_rows:
        faults.append(f"record_count is {file.record_count}, the file has {rows.num_rows} rows")
    if file.file_size_in_bytes != size_bytes:
        faults.append(f"file_size_in_bytes is {file.file_size_in_bytes}, the file has {size_bytes}")
    faults += check_split_offsets(file, parquet)
    sizes = compressed_sizes(parquet)
    for position, column in enumerate(schema.fields):
        values = internal(rows.column(str(column.field_id)))
        must = position < COLUMNS_WITH_STATISTICS
        found = check_counts(file, column, values, sizes.get(column.field_id, 0), must)
        faults += [f"column {column.name}: {fault}" for fault in found + check_bounds(file, column, values, must)]
    known = {f.field_id for f in schema.fields}
    for what in ("column_sizes", "value_counts", "null_value_counts", "lower_bounds", "upper_bounds"):
        strange = set(getattr(file, what) or {}) - known
        faults += [f"{what} has field id {field_id}, which the file does not" for field_id in sorted(strange)]
    return faults


def check_counts(file: DataFile, column: NestedField, values: pa.ChunkedArray, size_bytes: int, must: bool) -> list[str]:
    """Value, null and NaN counts and the size of one column."""
    actual = {"value_counts": len(values), "null_value_counts": values.null_count, "column_sizes": size_bytes}
    if pa.types.is_floating(values.type):
        actual["nan_value_counts"] = pc.sum(pc.is_nan(values)).as_py() or 0
    faults = []
    for what, value in actual.items():
        said = (getattr(file, what) or {}).get(column.field_id)
        # NaN counts are optional even where others are not: PyIceberg writes none.
        if said is None and must and what != "nan_value_counts":
            faults.append(f"{what} is missing, the file makes {value}")
        elif said is not None and said != value:
            faults.append(f"{what} is {said}, the file makes {value}")
    if column.required and values.null_count:
        faults.append(f"required, and has {values.null_count} nulls")
    return faults


def check_bounds(file: DataFile, column: NestedField, values: pa.ChunkedArray, must: bool) -> list[str]:
    """Bounds must hold every value; those of text and bytes may be cut short, all others must be exact."""
    low, high = ((bounds or {}).get(column.field_id) for bounds in (file.lower_bounds, file.upper_bounds))
    present = values.drop_null()
    if pa.types.is_floating(present.type):
        present = present.filter(pc.invert(pc.is_nan(present)))
    if not len(present):
        return [] if low is None and high is None else ["has bounds, and no values to bound"]
    is_text = pa.types.is_string(present.type) or pa.types.is_large_string(present.type)
    is_bytes = pa.types.is_binary(present.type) or pa.types.is_large_binary(present.type)
    least, greatest = extremes(present)
    faults = []
    if low is None:
        faults += ["lower bound is missing"] if must else []
    else:
        bound = from_bytes(column.field_type, low)
        if bound > least:
            faults.append("lower bound is above a value")
        elif bound < least and not is_text and not is_bytes:
            faults.append("lower bound is below every value")
    if high is None:
        # Text whose every character is the greatest has no shorter upper bound.
        faults += ["upper bound is missing"] if must and not is_text and not is_bytes else []
    else:
        bound = from_bytes(column.field_type, high)
        if bound < greatest:
            faults.append("upper bound is below a value")
        elif bound > greatest and not is_text and not is_bytes:
            faults.append("upper bound is above every value")
    return faults


def extremes(values: pa.ChunkedArray) -> tuple[object, object]:
    """Least and greatest; for floating-point numbers without NaN, where -0 and 0 are equal."""
    if pa.types.is_boolean(values.type):
        present = values.unique().to_pylist()
        return min(present), max(present)
    ends = pc.min_max(values).as_py()
    return ends["min"], ends["max"]


def check_split_offsets(file: DataFile, parquet: pq.ParquetFile) -> list[str]:
    """Split offsets, where there are any, are where the row groups start."""
    if not file.split_offsets:
        return []
    starts = []
    for index in range(parquet.num_row_groups):
        first = parquet.metadata.row_group(index).column(0)
        starts.append(first.dictionary_page_offset or first.data_page_offset)
    return [] if list(file.split_offsets) == starts else [f"split_offsets are {file.split_offsets}, row groups start at {starts}"]


def compressed_sizes(parquet: pq.ParquetFile) -> dict[int, int]:
    """Bytes of each flat column in the file, by field id."""
    ids = [int((f.metadata or {}).get(b"PARQUET:field_id", -1)) for f in parquet.schema_arrow]
    sizes = dict.fromkeys(ids, 0)
    for index in range(parquet.num_row_groups):
        group = parquet.metadata.row_group(index)
        for position, field_id in enumerate(ids):
            sizes[field_id] += group.column(position).total_compressed_size
    return sizes
