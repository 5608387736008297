#!/usr/bin/env bash
# Runs before Airflow on every one of its machines (Amazon MWAA, "Using a startup script"); put at airflow/startup.sh of the dags bucket
# by infra/airflow/put, which writes the first three lines below. Brings naru and the package naru_airflow from the code bucket.
set -euo pipefail
release="${NARU_RELEASE:?s3://BUCKET/naru/VERSION}"
digest="${NARU_SHA256:?of its SHA256SUMS}"
directory="${NARU_DIRECTORY:-/usr/local/airflow/naru}"

mkdir -p "$directory"
cd "$directory"
fetch() { aws s3 cp --only-show-errors "$release/$1" "$1"; }
fetch SHA256SUMS
echo "$digest  SHA256SUMS" | sha256sum --check --quiet
while read -r _ name; do
  fetch "${name#\*}"
done <SHA256SUMS
sha256sum --check --quiet SHA256SUMS
chmod +x naru
# What a startup script exports, Airflow has.
export NARU_BINARY="$directory/naru" PATH="$directory:$PATH"
