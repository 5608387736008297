#!/usr/bin/env bash
# On a pull request: checks the project, and says what a sync would do, as Markdown in PLAN (default: plan.md) for a comment.
# Changes nothing. Exit code: that of the first command that failed; PLAN says why.
#
#   NARU_PHASE     the phase that the plan is for
set -euo pipefail
: "${NARU_PHASE:?names the phase}"
# The wheel that install.sh has put beside the program.
wheels=("$(dirname "$(command -v naru)")"/*.whl)
if [ -z "${NARU_WHEEL:-}" ] && [ -e "${wheels[0]}" ]; then export NARU_WHEEL="${wheels[0]}"; fi
plan="${PLAN:-plan.md}"
said="$(mktemp)"
trap 'rm -f "$said"' EXIT
code=0
{ naru check && naru sync --plan; } >"$said" 2>&1 || code=$?
{
  echo "### naru sync --phase $NARU_PHASE"
  echo
  if [ "$code" -eq 0 ]; then echo "On merge:"; else echo "Nothing will be put before this is mended (exit $code):"; fi
  echo
  echo '~~~text'
  # A comment has at most 65,536 characters.
  head --bytes 60000 "$said"
  echo '~~~'
} >"$plan"
cat "$said"
exit "$code"
