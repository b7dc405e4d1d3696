#!/usr/bin/env bash
# Margin accounts of version 1 to version 2: where their positions stand. Run it under the freeze, between the new code and its
# verification; it looks before every step, so it is simply run again if it was cut off.
#   migrations/0002-account-places.sh [URL]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
url=${1:-http://127.0.0.1:8899}
bastion=target/debug/bastion
[ -x "$bastion" ] || { echo "0002-account-places: $bastion is missing: run \`make build\` first" >&2; exit 1; }
"$bastion" --url "$url" migrate
