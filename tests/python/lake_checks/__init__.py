"""Checks of an embedded lake by a reader that shares no code with naru: PyIceberg and PyArrow.

    catalog ──▶ every table ──┬─ snapshots: manifest lists, manifests, running totals
                              ├─ data files: field ids, statistics, partition values, sort order
                              └─ a full scan ──▶ counts, sums, rows ──▶ expectations

Each check takes what it needs and returns its falsehoods as sentences; an empty list means that all is true.
"""
