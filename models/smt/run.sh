#!/usr/bin/env bash
# Proves the lemmas of this directory.
exec "$(dirname "${BASH_SOURCE[0]}")/../../tools/python.sh" models/smt models/smt/prove.py "$@"
