#!/usr/bin/env bash
# tools/python.sh DIR SCRIPT...: runs a Python script with the packages that DIR/requirements.txt pins. The environment is made in target/
# when it is first needed, and again when the pins change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pins=$1/requirements.txt
venv=target/venv-$(basename "$1")
stamp=$venv/requirements.txt
if ! cmp -s "$pins" "$stamp"; then
  python3 -m venv --clear "$venv" || { echo 'python3 has no venv module: run tools/setup.sh' >&2; exit 1; }
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$pins"
  cp "$pins" "$stamp"
fi
exec "$venv/bin/python" -B "${@:2}"
