"""Airflow's four processes share one SQLite file: each waits for the others' writes, where it would fail after 5 s."""

CONNECT_ARGS = {"timeout": 60}
