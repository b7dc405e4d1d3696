#!/usr/bin/env bash
# Installs what `make demo` and `make test` need beyond Rust, Node and apt: build libraries for the host crates, Python with venv, and
# the distribution's route to sBPF (not needed where cargo-build-sbf is on PATH). Does nothing when everything is there.
# `setup.sh browser` installs what the suite of the web page needs: Chromium, and a font to show text in.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

LINKER_VERSION=0.2.6
HOST_PACKAGES=(build-essential pkg-config libclang-dev libssl-dev)
# The compiler of the browser's formulas, with its linker, where rustup has no target for them.
WASM_PACKAGES=(rustc-web cargo-web rust-web-src rust-web-llvm)
SBF_PACKAGES=(rustc-web cargo-web rust-web-src libstd-rust-web-dev-bpf zlib1g-dev libzstd-dev)

say() { printf 'setup: %s\n' "$*"; }
stop() { say "$*" >&2; exit 1; }

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

as_root() {
  if ((EUID == 0)); then "$@"
  elif command -v sudo >/dev/null; then sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else stop "run this as root, then repeat: $*"; fi
}

updated=
packages() { # installs those that are absent
  local absent=() name
  for name in "$@"; do installed "$name" || absent+=("$name"); done
  ((${#absent[@]})) || return 0
  command -v apt-get >/dev/null || stop "no apt-get here; install by other means: ${absent[*]}"
  if [[ ! $updated ]]; then as_root apt-get update -qq; updated=1; fi
  say "installing ${absent[*]}"
  as_root apt-get install -y -qq --no-install-recommends "${absent[@]}" >/dev/null
}

linker() { # MAJOR: sbpf-linker for that LLVM
  local llvm=$1 bin=${CARGO_HOME:-$HOME/.cargo}/bin version
  version=$(PATH=$PATH:$bin; sbpf-linker --version 2>/dev/null || true)
  [[ $version == *"sbpf-linker $LINKER_VERSION"*"LLVM $llvm."* ]] && return
  say "building sbpf-linker $LINKER_VERSION for LLVM $llvm (about 3 minutes)"
  env "LLVM_SYS_${llvm}1_PREFIX=/usr/lib/llvm-$llvm" LIBRARY_PATH="/usr/lib/llvm-$llvm/lib" \
    cargo install --quiet --locked --force --no-default-features --features "bpf-linker/llvm-$llvm" "sbpf-linker@$LINKER_VERSION"
  say "installed sbpf-linker $LINKER_VERSION"
}

if [[ ${1:-} == browser ]]; then
  [[ -x ${BASTION_CHROMIUM:-/usr/bin/chromium} ]] || packages chromium fonts-dejavu-core
  exit
fi

command -v cargo >/dev/null || stop 'no cargo: install Rust 1.95 or newer first (rustup)'
command -v npm >/dev/null || stop 'no npm: install Node.js 20 or newer first'

packages "${HOST_PACKAGES[@]}"
# Any Python that can make environments will do; Debian's leaves that to a package.
python3 -c 'import ensurepip, venv' 2>/dev/null || packages python3 python3-venv
[[ -d $(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) ]] || packages "${WASM_PACKAGES[@]}"
if ! command -v cargo-build-sbf >/dev/null; then
  packages "${SBF_PACKAGES[@]}"
  # The LLVM of the distribution's rustc, which updates of that package change.
  llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  packages "llvm-$llvm" "llvm-$llvm-dev"
  linker "$llvm"
fi
