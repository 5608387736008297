"""One stack for each concern. What a stack needs of another it is told by name, or by an export that storage.py makes."""
