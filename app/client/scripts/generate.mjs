// Renders src/generated from ../../idl: one client per program by Codama, and tables over all of them.
// With --check nothing is written: it fails if the committed files differ.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, cpSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rootNodeFromAnchor } from '@codama/nodes-from-anchor';
import { renderVisitor } from '@codama/renderers-js';
import { visit } from '@codama/visitors-core';
import { aliasesInCodamaSpelling, NAME_TRANSFORMERS, withEventsAsTypes, withOpcodes } from './idl.mjs';
import { withCallersProgram, withFileExtensions, withoutExtendedClientType } from './text.mjs';
import { abiModule, errorsModule, eventsModule, indexModule } from './tables.mjs';

const PROGRAMS = ['oracle', 'margin', 'vault', 'breaker', 'governor'];
const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');
const ROOT = join(PACKAGE, '../..');
const GENERATED = join(PACKAGE, 'src/generated');

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

async function render(target) {
  const idls = PROGRAMS.filter((program) => existsSync(join(ROOT, `idl/${program}.json`))).map((program) =>
    readJson(`idl/${program}.json`),
  );
  for (const idl of idls) {
    const root = withOpcodes(withEventsAsTypes(rootNodeFromAnchor(aliasesInCodamaSpelling(idl))));
    const options = {
      generatedFolder: idl.metadata.name,
      kitImportStrategy: 'rootOnly',
      nameTransformers: NAME_TRANSFORMERS,
      syncPackageJson: false,
    };
    await visit(root, renderVisitor(target, options));
    amend(join(target, idl.metadata.name), root);
  }
  writeFileSync(join(target, 'abi.ts'), abiModule(readJson('idl/abi.json')));
  writeFileSync(join(target, 'errors.ts'), errorsModule(idls, readJson('tools/idl/src/framework_errors.json')));
  writeFileSync(join(target, 'events.ts'), eventsModule(idls));
  writeFileSync(join(target, 'index.ts'), indexModule(idls));
}

function amend(folder, { program }) {
  const foreign = program.pdas.filter((pda) => pda.programId !== undefined).map(({ name }) => name[0].toUpperCase() + name.slice(1));
  for (const path of files(folder)) {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, withCallersProgram(withoutExtendedClientType(withFileExtensions(path, text)), foreign));
  }
}

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function differences(expected, actual) {
  const names = (folder) => files(folder).map((path) => relative(folder, path));
  const all = new Set([...names(expected), ...names(actual)]);
  const text = (folder, name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : null);
  return [...all].filter((name) => text(expected, name) !== text(actual, name));
}

const target = mkdtempSync(join(tmpdir(), 'bastion-client-'));
try {
  await render(target);
  const stale = differences(target, GENERATED);
  if (process.argv.includes('--check')) {
    if (stale.length > 0) {
      console.error(`src/generated differs from the IDLs; run \`npm run generate\` and commit:\n  ${stale.join('\n  ')}`);
      process.exitCode = 1;
    }
  } else if (stale.length > 0) {
    rmSync(GENERATED, { recursive: true, force: true });
    cpSync(target, GENERATED, { recursive: true });
    console.log(`rendered ${stale.length} changed files of src/generated`);
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}
