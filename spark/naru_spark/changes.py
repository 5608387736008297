"""Which files of a table a run's files take the place of, as `naru-lake`'s `removal.rs` decides it."""

from dataclasses import dataclass, field

from py4j.java_gateway import JavaObject

from naru_spark.errors import Conflict, RunError
from naru_spark.expressions import LOAD_INTERVAL, of_interval
from naru_spark.partition_ranges import partition_range
from naru_spark.plan import Plan
from naru_spark.tables import TableState, Tables


@dataclass
class Removal:
    """What goes: `whole` files; `partly` the paths of files that hold other rows beside the run's."""

    everything: bool = False
    whole: dict[str, JavaObject] = field(default_factory=dict)
    partly: dict[str, JavaObject] = field(default_factory=dict)


def decide(tables: Tables, state: TableState, base: TableState, change: str, added: list[JavaObject],
           start_micros: int) -> Removal:
    """What `added` takes the place of in `state`. `base` is the state that the run was planned on.

    Raises Conflict where rows of the interval came since; RunError for partitions that an earlier partitioning cut
    otherwise.
    """
    if change == "replace-table":
        return Removal(everything=True)
    removal = Removal()
    if state.snapshot_id is None:
        return removal
    if change == "replace-partitions" and added:
        replace_partitions(tables, state, added, removal)
    same = of_interval(tables, start_micros)
    is_all = tables.iceberg.expressions.StrictMetricsEvaluator(state.table.schema(), same)
    for file in tables.files(state, same):
        path = file.location()
        if path in removal.whole:
            continue
        if is_all.eval(file):
            if file.dataSequenceNumber() > base.sequence_number:
                raise Conflict(state.name, "rows of the interval were added")
            removal.whole[path] = file
        else:
            removal.partly[path] = file
    return removal


def replace_partitions(tables: Tables, state: TableState, added: list[JavaObject], removal: Removal) -> None:
    spec, schema = state.table.spec(), state.table.schema()
    touched = tables.iceberg.util.StructLikeSet.create(spec.partitionType())
    for file in added:
        touched.add(file.partition())
    ranges = None
    for file in tables.files(state):
        if file.specId() == spec.specId():
            if file.partition() in touched:
                removal.whole[file.location()] = file
            continue
        if ranges is None:
            ranges = [partition_range(tables, schema, spec, partition) for partition in touched]
        if any(found.has_all_of(file) for found in ranges):
            removal.whole[file.location()] = file
        elif any(found.has_some_of(file) for found in ranges):
            raise RunError(f"{state.name}: a data file from before the table was partitioned anew may hold rows of the "
                           "partitions to be replaced beside others; load the whole table once with `@replace,table`, or have "
                           "another engine rewrite its data files")


def newest_loaded(tables: Tables, plan: Plan, state: TableState | None) -> int | None:
    """The newest loaded interval, in microseconds, looked for only where the mode asks."""
    if state is None or state.snapshot_id is None or not plan.kernel.goes_forward_only:
        return None
    found = [newest_of(tables, state, tables.files(state)), plan.kernel.newest_recorded(state.history())]
    return max((micros for micros in found if micros is not None), default=None)


def newest_of(tables: Tables, state: TableState, among: list[JavaObject]) -> int | None:
    """The greatest `load_interval` by the bounds of data files, in microseconds."""
    column = state.table.schema().findField(LOAD_INTERVAL)
    found = []
    for file in among:
        bounds = file.upperBounds()
        bound = bounds.get(column.fieldId()) if bounds is not None else None
        if bound is not None:
            found.append(tables.iceberg.types.Conversions.fromByteBuffer(column.type(), bound))
    return max(found, default=None)
