// Compiles the protocol's own formulas (app/engine) to WebAssembly and puts the module into dist/, where the client and bundlers find it.
// rustup's target where it is installed, else the distribution's compiler with its own copy of the core library.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = 'wasm32-unknown-unknown';
const CLIENT = join(dirname(fileURLToPath(import.meta.url)), '..');
const ENGINE = join(CLIENT, '../engine');
const BUILD = join(CLIENT, '../../target/wasm');
const REMEDY = `run \`rustup target add ${TARGET}\`, or \`make setup\` for the distribution's compiler`;

function fail(reason) {
  console.error(`engine: ${reason}; ${REMEDY}`);
  process.exit(1);
}

function run(command, options, env) {
  return spawnSync(command, options, { cwd: ENGINE, env, encoding: 'utf8' });
}

/** Where rustup keeps the target's libraries, if they are there. */
function hasTarget() {
  const { status, stdout } = run('rustc', ['--print', 'target-libdir', '--target', TARGET], process.env);
  return status === 0 && existsSync(stdout.trim());
}

const options = ['build', '--release', '--locked', '--quiet', '--target', TARGET, '--target-dir', BUILD];
const result = hasTarget()
  ? run('cargo', options, process.env)
  : run('/usr/bin/cargo', [...options, '-Zbuild-std=core,compiler_builtins'], {
      ...process.env,
      // The distribution's own tools and no other's; its compiler is a stable one that has to be told that it may build core.
      PATH: '/usr/bin:/bin',
      RUSTC_BOOTSTRAP: '1',
      RUSTUP_TOOLCHAIN: undefined,
      RUSTC: '/usr/bin/rustc',
    });
if (result.error) fail(result.error.message);
if (result.status !== 0) fail(result.stderr.trim());

mkdirSync(join(CLIENT, 'dist'), { recursive: true });
copyFileSync(join(BUILD, TARGET, 'release/engine.wasm'), join(CLIENT, 'dist/engine.wasm'));
