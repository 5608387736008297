"""Rows of a data file that claims a sort order, against that order."""

import pyarrow as pa
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.sorting import NullOrder, SortDirection

from .values import internal, internal_value, order_key


def check_sort_order(table: Table, file: DataFile, rows: pa.Table, schema: Schema) -> list[str]:
    """`rows` is the file's content in the file's order, columns named by field id."""
    if not file.sort_order_id:
        return []
    order = table.sort_orders().get(file.sort_order_id)
    if order is None:
        return [f"the table has no sort order {file.sort_order_id}"]
    keys = []
    for part in order.fields:
        source = schema.find_field(part.source_id)
        transform = part.transform.transform(source.field_type)
        values = internal(rows.column(str(part.source_id))).to_pylist()
        keys.append([None if v is None else order_key(internal_value(transform(v))) for v in values])
    names = ", ".join(f"{schema.find_column_name(part.source_id)} {part.direction}" for part in order.fields)
    for row in range(1, rows.num_rows):
        for part, key in zip(order.fields, keys, strict=True):
            before, after = key[row - 1], key[row]
            if before == after:
                continue
            if not in_order(before, after, part.direction == SortDirection.DESC, part.null_order == NullOrder.NULLS_FIRST):
                return [f"claims the order ({names}), and row {row + 1} comes before row {row} in it"]
            break
    return []


def in_order(before: object, after: object, descending: bool, nulls_first: bool) -> bool:
    """Whether two different keys stand in the right order."""
    if before is None or after is None:
        return (before is None) == nulls_first
    return before > after if descending else before < after
