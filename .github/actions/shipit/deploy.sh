#!/usr/bin/env bash
# The step of action.yml: installs shipit, then rehearses or deploys. It is driven by its environment alone; what
# a workflow passes in is never read as a command.
set -euo pipefail

fail() {
  echo "::error title=shipit::$1"
  exit 2
}

rehearse=${SHIPIT_REHEARSE:-false}
case $rehearse in true | false) ;; *) fail "rehearse is true or false, and not $rehearse." ;; esac
if [ "$rehearse" = false ] && [ -z "${HEROKU_API_KEY:-}" ]; then
  fail "api-key is not set: heroku authorizations:create makes one, for the secret HEROKU_API_KEY."
fi
if [ "$rehearse" = true ]; then
  # A rehearsal runs the code of a pull request: it gets no token.
  unset HEROKU_API_KEY
fi

if ! command -v shipit > /dev/null; then
  [ -n "${SHIPIT_PACKAGE:-}" ] || fail "shipit is not installed, and package does not say from where."
  npm install --global "$SHIPIT_PACKAGE"
fi

words=(deploy)
if [ -n "${SHIPIT_ENVIRONMENT:-}" ]; then words+=("$SHIPIT_ENVIRONMENT"); fi
if [ "$rehearse" = true ]; then
  words+=(--local --app review --ref HEAD)
elif [ -n "${SHIPIT_APP:-}" ]; then
  words+=(--app "$SHIPIT_APP")
fi
if [ -n "${SHIPIT_DIRECTORY:-}" ]; then words+=(--dir "$SHIPIT_DIRECTORY"); fi
words+=(--yes --timestamps --lock-wait "${SHIPIT_LOCK_WAIT:-10m}")

result=$(mktemp)
status=0
shipit "${words[@]}" --json > "$result" || status=$?
url=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).url ?? ""' "$result" 2> /dev/null || true)
release=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).release?.version ?? ""' "$result" 2> /dev/null || true)
rm -f "$result"
{
  echo "url=${url//[$'\r\n']/}"
  echo "release=$release"
  echo "exit-code=$status"
} >> "${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
