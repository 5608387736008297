#!/usr/bin/env bash
# On merge: puts the project where its phase runs it. A sync that finds AWS out of reach (exit 75) is tried again.
#
#   NARU_PHASE     the phase
#   NARU_ACTOR     who merged: the sync's record names it
#   NARU_ATTEMPTS  (default: 3), NARU_RETRY_SECONDS between them (default: 30)
set -euo pipefail
: "${NARU_PHASE:?names the phase}"
# The wheel that install.sh has put beside the program.
wheels=("$(dirname "$(command -v naru)")"/*.whl)
if [ -z "${NARU_WHEEL:-}" ] && [ -e "${wheels[0]}" ]; then export NARU_WHEEL="${wheels[0]}"; fi
naru check
for attempt in $(seq "${NARU_ATTEMPTS:-3}"); do
  code=0
  naru sync || code=$?
  if [ "$code" -ne 75 ]; then exit "$code"; fi
  echo "attempt $attempt: try again later" >&2
  sleep "${NARU_RETRY_SECONDS:-30}"
done
exit 75
