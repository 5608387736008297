"""One data file: opens it once and runs every check of its content."""

import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table

from .catalog import open_parquet, short
from .field_ids import check_field_ids, file_schema
from .file_statistics import check_statistics
from .partition_values import check_partition
from .sort_order import check_sort_order


def check_data_file(table: Table, file: DataFile) -> tuple[int, list[str]]:
    """How many rows the file really has, and what is wrong about it."""
    name = f"data file {short(file.file_path)}"
    try:
        size_bytes = len(table.io.new_input(file.file_path))
        parquet = open_parquet(table, file.file_path)
        content = parquet.read()
    except (OSError, pa.ArrowException) as error:
        return 0, [f"{name}: cannot be read: {error}"]
    schema = file_schema(parquet)
    faults = check_field_ids(table, schema)
    if schema is not None and len({f.field_id for f in schema.fields}) == len(schema.fields):
        # The table's own word on what is required, where it knows the column.
        known = {f.field_id: f for s in table.schemas().values() for f in s.fields}
        fields = [known.get(f.field_id, f) for f in schema.fields]
        if [f.field_type for f in fields] == [f.field_type for f in schema.fields]:
            schema = type(schema)(*fields)
        rows = content.rename_columns([str(f.field_id) for f in schema.fields])
        faults += check_statistics(file, parquet, rows, schema, size_bytes)
        faults += check_partition(table, file, rows, schema)
        faults += check_sort_order(table, file, rows, schema)
    return content.num_rows, [f"{name}: {fault}" for fault in faults]


def check_delete_file(table: Table, file: DataFile) -> list[str]:
    """A delete file's counts and size."""
    name = f"delete file {short(file.file_path)}"
    try:
        size_bytes = len(table.io.new_input(file.file_path))
        rows = open_parquet(table, file.file_path).metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        return [f"{name}: cannot be read: {error}"]
    faults = []
    if rows != file.record_count:
        faults.append(f"{name}: record_count is {file.record_count}, the file has {rows} rows")
    if size_bytes != file.file_size_in_bytes:
        faults.append(f"{name}: file_size_in_bytes is {file.file_size_in_bytes}, the file has {size_bytes}")
    return faults
