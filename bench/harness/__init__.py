"""The benchmark's session. Standard library only, and small: see `measure` for why."""
