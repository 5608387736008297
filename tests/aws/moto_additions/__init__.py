"""What moto 5.2 lacks of AWS, added to it. Each module is about one thing and quotes the documentation that it follows."""

from . import (
    athena_queries,
    glue_catalog,
    glue_jobs,
    kms_keys,
    s3_age,
    s3_conditions,
    s3_keys,
    s3_owner,
    s3_policy,
    s3_ranges,
)
from .asked import Asked


def install() -> None:
    """Adds everything to moto's backends, in this process."""
    athena_queries.install()
    glue_catalog.install()
    glue_jobs.install()
    kms_keys.install()
    s3_conditions.install()
    s3_keys.install()
    s3_policy.install()
    s3_ranges.install()


def around(application):
    """A WSGI application around moto's, for what is decided before a request reaches a backend."""
    application = Asked(s3_owner.Checked(application), s3_age.PATH, s3_age.make_older)
    return athena_queries.Managed(Asked(application, glue_jobs.PATH, glue_jobs.control))
