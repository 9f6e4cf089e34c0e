#!/usr/bin/env bash
# What the browser tests need beside the virtual environment: a Chromium of the system, and
# axe-core in a cache outside the tree. Quick when both are there; says in one line what is not.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=.venv/bin/python
[ -x "$python" ] || python=python3
cache="${CATALOG_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/health-metadata-registry}"
lock=tests/browser/requirements.txt
stamp="$cache/axe/$(cksum < "$lock" | tr ' ' '-')"

fail() {
  echo "browser tests: $1" >&2
  exit 1
}

if ! command -v chromium > /dev/null && ! command -v chromium-browser > /dev/null \
  && ! command -v google-chrome > /dev/null; then
  command -v apt-get > /dev/null || fail "no Chromium here: install one that is called chromium"
  [ "$(id -u)" = 0 ] || fail "no Chromium here: run 'apt-get install chromium' as root, then again"
  echo "browser tests: installing Debian's chromium" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq > /dev/null || fail "'apt-get update' failed, so chromium cannot be installed"
  apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core > /dev/null \
    || fail "'apt-get install chromium' failed"
fi

if [ ! -e "$stamp" ]; then
  rm -rf "$cache/axe"
  mkdir -p "$cache/axe"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --target "$cache/axe" -r "$lock" || fail "axe-core cannot be installed from $lock"
  touch "$stamp"
fi
