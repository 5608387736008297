"""Opens a lake's catalog, and reads the files that its tables name."""

import os
from pathlib import Path

import pyarrow.parquet as pq
from pyiceberg.catalog import Catalog
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

CATALOG_NAME = "naru"


def open_catalog(lake: Path) -> SqlCatalog:
    """The lake's catalog, `catalog.db`. Raises FileNotFoundError when there is none; never makes one."""
    database = lake.resolve() / "catalog.db"
    if not database.is_file():
        raise FileNotFoundError(f"{database} is not there: not a lake, or nothing was ever loaded")
    settings = {"uri": f"sqlite:///{database}", "warehouse": lake.resolve().as_uri(), "init_catalog_tables": "false"}
    return SqlCatalog(CATALOG_NAME, **settings)


def open_glue() -> GlueCatalog:
    """The Glue Data Catalog, by `AWS_*` of the environment."""
    settings = {
        "region": os.environ["AWS_REGION"],
        "access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
        "secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "endpoint": os.environ["AWS_ENDPOINT_URL"],
    }
    return GlueCatalog(CATALOG_NAME, **{f"{of}.{key}": value for of in ("glue", "s3") for key, value in settings.items()})


def all_tables(catalog: Catalog, databases: str = "") -> list[Table]:
    """Every table of every namespace whose name begins with `databases`, in the order of their names."""
    namespaces = [namespace for namespace in catalog.list_namespaces() if namespace[0].startswith(databases)]
    names = [name for namespace in namespaces for name in catalog.list_tables(namespace)]
    return [catalog.load_table(name) for name in sorted(names)]


def table_name(table: Table) -> str:
    """`database.table`."""
    return ".".join(table.name())


def open_parquet(table: Table, path: str) -> pq.ParquetFile:
    """A data file, by the location that a manifest gives. Raises FileNotFoundError, or pyarrow's errors."""
    return pq.ParquetFile(table.io.new_input(path).open())


def short(path: str) -> str:
    """A location's last two parts, enough to find the file by."""
    return "/".join(path.rsplit("/", 2)[-2:])
