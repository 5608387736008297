"""Executes a naru load plan on Spark; nothing else.

    plan ─▶ decide ─▶ ranges ─▶ decode (the kernel, in mapInArrow) ─▶ staged data files ─┐
                                   └ rejects ─▶ staged data files of the quarantine ──────┤
                                                quarantine's commit ─▶ target's commit ◀──┘

What a run has to do and what it records is decided by `naru_decode`, the kernel's wheel, as in `naru run`. Spark writes
the data files; Iceberg's Java library makes the snapshot, in one compare-and-swap of the catalog's pointer.
"""
