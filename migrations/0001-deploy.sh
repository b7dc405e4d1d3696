#!/usr/bin/env bash
# The first deployment, and the check of it. Looks before every step, so it is simply run again if it was cut off.
#   migrations/0001-deploy.sh [URL] [FOLDER OF THE ELFS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
url=${1:-http://127.0.0.1:8899}
elves=${2:-target/deploy/localnet}
bastion=target/debug/bastion
[ -x "$bastion" ] || { echo "0001-deploy: $bastion is missing: run \`make build\` first" >&2; exit 1; }
"$bastion" --url "$url" deploy --elf-dir "$elves"
"$bastion" --url "$url" verify
