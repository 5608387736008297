"""What moto 5.2 lacks of AWS, added to it. Each module is about one thing and quotes the documentation that it follows."""

from . import athena_queries, glue_catalog, kms_keys, s3_keys, s3_owner


def install() -> None:
    """Adds everything to moto's backends, in this process."""
    athena_queries.install()
    glue_catalog.install()
    kms_keys.install()
    s3_keys.install()


def around(application):
    """A WSGI application around moto's, for what is decided before a request reaches a backend."""
    return athena_queries.Managed(s3_owner.Checked(application))
