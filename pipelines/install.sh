#!/usr/bin/env bash
# Installs a release of naru for the other scripts: a folder of your own artifact store that holds the program, the kernel's
# wheel and SHA256SUMS, made by `sha256sum naru *.whl > SHA256SUMS`.
#
#   NARU_RELEASE   the folder: s3://… or https://…
#   NARU_SHA256    the SHA-256 of SHA256SUMS, which vouches for the rest
#   NARU_BIN_DIR   where to put it (default: ~/.local/bin)
set -euo pipefail
: "${NARU_RELEASE:?names the release}" "${NARU_SHA256:?is the digest of its SHA256SUMS}"
directory="${NARU_BIN_DIR:-$HOME/.local/bin}"
parts="$(mktemp -d)"
trap 'rm -rf "$parts"' EXIT

fetch() {
  case "$NARU_RELEASE" in
    s3://*) aws s3 cp --only-show-errors "$NARU_RELEASE/$1" "$parts/$1" ;;
    *) curl --fail --silent --show-error --location --output "$parts/$1" "$NARU_RELEASE/$1" ;;
  esac
}

fetch SHA256SUMS
echo "$NARU_SHA256  $parts/SHA256SUMS" | sha256sum --check --quiet
while read -r _ name; do
  fetch "${name#\*}"
done <"$parts/SHA256SUMS"
(cd "$parts" && sha256sum --check --quiet SHA256SUMS)
chmod +x "$parts/naru"
mkdir -p "$directory"
mv "$parts/naru" "$parts"/*.whl "$directory/"
"$directory/naru" --version
