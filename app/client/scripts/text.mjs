// What rendered text needs before it compiles under Node's rules and does what its options promise.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Node resolves the full file name only. */
function withFileExtensions(path, text) {
  return text.replace(/from "(\.[^"]*)"/g, (match, specifier) => {
    if (specifier.endsWith('.js')) return match;
    const isFolder = existsSync(join(dirname(path), specifier, 'index.ts'));
    return `from "${specifier}${isFolder ? '/index.js' : '.js'}"`;
  });
}

/** The annotation promises less than kit's `extendClient` returns, and does not type-check against it. */
function withoutExtendedClientType(text) {
  return text.replace(/(<T extends \w+PluginRequirements>\(\s*client: T,?\s*\)): Omit<T, [^=]*=>/, '$1 =>');
}

/** A call of another deployment (the governor's twin) derives that deployment's accounts; `foreign` are other programs'. */
function withCallersProgram(text, foreign) {
  return text.replace(/(= await find(\w+)Pda\()([^;]*?),?\s*\);/g, (match, call, name, seeds) => {
    if (foreign.includes(name)) return match;
    return `${call}${seeds === '' ? '' : `${seeds}, `}{ programAddress });`;
  });
}

export { withCallersProgram, withFileExtensions, withoutExtendedClientType };
