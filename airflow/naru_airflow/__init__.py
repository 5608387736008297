"""Airflow DAGs of naru jobs.

A DAG file has three lines, and its *name* is the job::

    from naru_airflow import job_dag

    dag = job_dag(__file__)

What the name means is never worked out here: ``naru manifest`` has written it into ``naru-manifest.json``.
"""

from .dags import job_dag
from .errors import ManifestError
from .operator import NaruRunOperator
from .rerun import rerun_dag
from .sensor import NaruSliceSensor

__all__ = ["ManifestError", "NaruRunOperator", "NaruSliceSensor", "job_dag", "rerun_dag"]
