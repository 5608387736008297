"""Glue's `UpdateTable` with `VersionId` and `SkipArchive`: moto 5.2 ignores both.

AWS Glue Web API Reference, UpdateTable (https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html):

- VersionId: "The version ID at which to update the table contents."
- SkipArchive: "By default, UpdateTable always creates an archived version of the table before updating it. However, if
  skipArchive is set to true, UpdateTable does not create the archived version."
- ConcurrentModificationException: "Two processes are trying to modify a resource simultaneously." HTTP status code 400.

That an update at another version than the current one fails with this exception is what Iceberg's Java library builds its
optimistic locking on (apache/iceberg, docs/aws.md: "the optimistic locking mechanism of Glue").
"""

import threading

from moto.core.responses import EmptyResult
from moto.glue.exceptions import GlueClientError
from moto.glue.responses import GlueResponse

# Two requests that read the same version must not both write: what AWS decides at one place, threads decide here.
_LOCK = threading.Lock()


class ConcurrentModificationException(GlueClientError):
    """Somebody else was faster."""

    def __init__(self) -> None:
        super().__init__("ConcurrentModificationException", "Update table failed due to concurrent modifications.")


def install() -> None:
    """Takes the place of moto's `update_table`."""
    GlueResponse.update_table = _update_table


def _update_table(response: GlueResponse) -> EmptyResult:
    asked = response.parameters
    with _LOCK:
        table = response.glue_backend.get_table(asked["DatabaseName"], asked["TableInput"]["Name"])
        before = str(table._current_version)
        if asked.get("VersionId") not in (None, before):
            raise ConcurrentModificationException
        table.update(asked["TableInput"])
        if asked.get("SkipArchive"):
            table.delete_version(before)
    return EmptyResult()
