#!/usr/bin/env bash
# Proves the lemmas of this directory; makes the Python environment at the first run and whenever the pinned version changes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

venv=target/venv-smt
stamp=$venv/requirements.txt
if ! cmp -s models/smt/requirements.txt "$stamp"; then
  python3 -m venv --clear "$venv" || { echo 'models: python3 has no venv module: run tools/setup.sh' >&2; exit 1; }
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement models/smt/requirements.txt
  cp models/smt/requirements.txt "$stamp"
fi
exec "$venv/bin/python" -B models/smt/prove.py "$@"
