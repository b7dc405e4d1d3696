# Two commands matter: `make demo` and `make test`. Each alone is enough on a fresh Debian machine with Rust and Node.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup browser programs kernels services build app generate check lint models vectors properties sources fuzz test demo drills live backtest localnet bench clean

# One build of the host workspace for every command: other flags would choose other features and compile the validator again.
HOST := cargo build --workspace --all-targets --locked
# The daemons' workspace: no validator in it, and a lock file of its own.
SERVICES := --quiet --locked --manifest-path crates/services/Cargo.toml --workspace --target-dir target/services
PURE := -p abi -p invariants -p units -p pricing -p risk -p policy -p models -p client -p idl -p sbf-build

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what is missing (system packages, the sBPF linker)
	@tools/setup.sh

browser: ## install Chromium for the suite of the web page, where there is none
	@tools/setup.sh browser

programs: setup ## build the programs to target/deploy
	@cargo run --quiet --locked -p sbf-build -- --locked

kernels: setup ## build the pricing kernels and their peers for the benchmark
	@cargo run --quiet --locked -p sbf-build -- --locked --manifest bench/kernels/Cargo.toml

services: ## build the daemons: relay, maker, keeper
	cargo build $(SERVICES) --all-targets

build: programs services ## build the programs and every host crate
	$(HOST)

app: ## install the pinned npm packages
	@cd app && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-fund --no-audit; }

generate: setup app ## regenerate IDLs and both clients from the programs
	cargo run --quiet --locked -p idl
	cd app && npm run --silent generate

check: setup app ## fail if a generated file is not what its source says
	cargo run --quiet --locked -p idl -- --check
	cd app && npm run --silent generate:check

lint: ## formatting, and the arithmetic and panic lints on programs and pure crates
	cargo fmt --all --check
	cd programs && cargo fmt --all --check
	cargo fmt --manifest-path crates/source-check/Cargo.toml --check
	cargo fmt --manifest-path crates/services/Cargo.toml --all --check
	cargo fmt --manifest-path app/engine/Cargo.toml --check
	cargo clippy $(SERVICES) --all-targets -- -D warnings
	cargo clippy --quiet --locked $(PURE) --features pricing/fit --all-targets -- -D warnings
	cd programs && cargo clippy --quiet --locked --workspace --target-dir ../target/lint -- -D warnings

models: ## prove the lemmas of the integer kernels
	models/smt/run.sh

vectors: ## compute every reference value and table again, and compare with the committed ones
	tools/python.sh vectors crates/pricing/gen_tables.py --check
	tools/python.sh vectors vectors/generate.py --check
	tools/python.sh models/reference models/reference/margin.py --mpmath 200 --check

# The same cases in every run, so that a failure is a change's doing; another SEED draws others.
SEED ?= 1
properties: ## 100,000 cases of every property of units, pricing and risk; 2,000 fits of each kind; others with SEED=n
	PROPTEST_RNG_SEED=$(SEED) PROPTEST_CASES=100000 cargo test --quiet --locked -p units -p pricing -p risk --lib --test lemmas --test panics --test properties
	PROPTEST_RNG_SEED=$(SEED) PROPTEST_CASES=2000 cargo test --quiet --locked -p pricing --features fit --test fit

sources: ## hold the parsers of price accounts to the publishers' own crates, which need a lock file of their own
	cargo test --quiet --locked --manifest-path crates/source-check/Cargo.toml --target-dir target/source-check

# The suites take 200,000 actions from seed 1; this takes as many as one likes, from any seed.
ACTIONS ?= 2000000
fuzz: build ## random lives of a market, every action against a model and every invariant after it; others with SEED=n ACTIONS=n
	SEED=$(SEED) ACTIONS=$(ACTIONS) target/debug/fuzz

test: build kernels app browser lint check models vectors properties sources ## every suite
	rm -rf target/bench
	cargo test $(SERVICES) --no-fail-fast
	cargo test --workspace --locked --no-fail-fast
	target/debug/bench
	target/debug/bench kernels
	cd app && npm run --silent build && npm test --silent && npm run --silent e2e && npm run --silent browser

demo: build app ## the protocol's life on a local network, with real transactions, and then the web page on it, until Ctrl-C
	@cd app && npm run --silent build && npm run --silent demo

drills: build ## attacks, accidents and lying upgrades on a local network and in a VM, and what became of them: about five minutes
	@target/debug/drills 2> target/drills.log || { grep '^drills:' target/drills.log; exit 1; }

live: build app ## a living market on a local network with the web page on it, until Ctrl-C
	@cd app && npm run --silent build && npm run --silent live

backtest: ## the vault mandates over the history of BTC: a report with pictures in target, a summary in docs
	cargo run --quiet --locked -p backtest

localnet: build ## a local network alone: RPC on 8899, WebSocket on 8900, faucet on 9900
	@target/debug/localnet

bench: build kernels ## measure compute units and rewrite bench/budgets.json and bench/README.md
	rm -rf target/bench
	cargo test --workspace --locked
	target/debug/bench --write
	target/debug/bench kernels --write

clean: ## remove everything built
	rm -rf target app/node_modules app/*/dist
