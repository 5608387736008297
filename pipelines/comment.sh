#!/usr/bin/env bash
# Puts PLAN (default: plan.md) as a comment on the pull request: a new one the first time, the same one from then on.
#
#   GITHUB_TOKEN, GITHUB_REPOSITORY (owner/name), PULL_REQUEST (its number)
#   GITHUB_API_URL (default: https://api.github.com)
#
# REST API: https://docs.github.com/en/rest/issues/comments
set -euo pipefail
: "${GITHUB_TOKEN:?}" "${GITHUB_REPOSITORY:?}" "${PULL_REQUEST:?}"
api="${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY"
marker="<!-- naru sync ${NARU_PHASE:-} -->"

request() {
  # The token comes by standard input: arguments are seen by all processes.
  printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" |
    curl --config - --fail --silent --show-error --header "Accept: application/vnd.github+json" "$@"
}

comments="$(request "$api/issues/$PULL_REQUEST/comments?per_page=100")"
found="$(jq --raw-output --arg marker "$marker" '[.[] | select(.body | startswith($marker)) | .id] | first // empty' <<<"$comments")"
body="$(jq --null-input --rawfile plan "${PLAN:-plan.md}" --arg marker "$marker" '{body: ($marker + "\n" + $plan)}')"
if [ -n "$found" ]; then
  request --request PATCH --data "$body" "$api/issues/comments/$found" >/dev/null
else
  request --request POST --data "$body" "$api/issues/$PULL_REQUEST/comments" >/dev/null
fi
