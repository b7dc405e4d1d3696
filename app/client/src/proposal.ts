// A proposal's action: what its bytes mean, in the words of the Rust code, and the digest that members approve.

import {
  getAddressDecoder,
  getAddressEncoder,
  getArrayDecoder,
  getBase16Decoder,
  getU16Decoder,
  getU32Decoder,
  getU64Decoder,
  getU64Encoder,
  type Address,
  type ReadonlyUint8Array,
} from '@solana/kit';
import { PROGRAMS } from './addresses.js';
import { ABI } from './generated/abi.js';

export type BrakeLevel = (typeof ABI.levels)[number];

/** New code for a program: hashes and the commit in hexadecimal, zeros for none. */
export interface Upgrade {
  program: Address;
  buffer: Address;
  elfHash: string;
  elfLen: number;
  previousHash: string;
  sourceCommit: string;
  recipeHash: string;
  auditHash: string;
  migrationHash: string;
  schemaFrom: number;
  schemaTo: number;
  forwardOnly: boolean;
}

export type CouncilAction =
  | ({ kind: 'upgrade' | 'emergencyPatch' } & Upgrade)
  | { kind: 'ratify'; program: Address; elfHash: string }
  | { kind: 'rollBack'; program: Address; previousHash: string }
  | { kind: 'handOver'; program: Address; authority: Address }
  | { kind: 'councilRecover'; members: Address[] }
  | { kind: 'attestorsSet'; attestors: Address[] }
  | { kind: 'delaysSet'; delaysS: number[] }
  | { kind: 'breakerRelax'; level: number; name: BrakeLevel }
  | { kind: 'councilSet'; members: Address[] }
  | { kind: 'guardiansSet'; guardians: Address[] }
  | { kind: 'marketRelax'; custody: Address; level: number; name: BrakeLevel }
  | { kind: 'limitsSet'; custody: Address; limits: MarketLimits }
  | { kind: 'monitorsSet'; monitors: Address[] };

/** What bounds a market's outflow and its open interest. */
export type MarketLimits = {
  hourBps: number;
  dayBps: number;
  openInterestCapLots: bigint;
  baseFloorAtoms: bigint;
  quoteFloorAtoms: bigint;
};

/** The only action that these bytes mean; throws if they mean none. */
export function decodeAction(bytes: ReadonlyUint8Array): CouncilAction {
  const rest = bytes.slice(1);
  switch (bytes[0]) {
    case 1:
      return { kind: 'upgrade', ...decodeUpgrade(rest) };
    case 2:
      return decodeBreakerRelax(rest);
    case 3:
      return { kind: 'councilSet', members: decodeKeys(rest, ABI.members) };
    case 4:
      return { kind: 'guardiansSet', guardians: decodeKeys(rest, ABI.guardians) };
    case 5:
      return decodeMarketRelax(rest);
    case 6:
      return decodeLimitsSet(rest);
    case 7:
      return { kind: 'monitorsSet', monitors: decodeKeys(rest, ABI.monitors) };
    case 8:
      return { kind: 'emergencyPatch', ...decodePatch(rest) };
    case 9: {
      const [program, elfHash] = decodePair(rest);
      return { kind: 'ratify', program, elfHash: hex(elfHash) };
    }
    case 10:
      return { kind: 'councilRecover', members: decodeKeys(rest, ABI.members) };
    case 11: {
      const [program, authority] = decodePair(rest);
      if (authority.every((byte) => byte === 0)) throw new RangeError('not an action: the zero key');
      return { kind: 'handOver', program, authority: getAddressDecoder().decode(authority) };
    }
    case 12: {
      const [program, previousHash] = decodePair(rest);
      return { kind: 'rollBack', program, previousHash: hex(previousHash) };
    }
    case 13: {
      const attestors = decodeKeys(rest, ABI.attestors);
      if (attestors.length !== ABI.attestors) throw new RangeError(`not an action: ${ABI.attestors} attestors`);
      return { kind: 'attestorsSet', attestors };
    }
    case 14:
      return { kind: 'delaysSet', delaysS: decodeDelays(rest) };
    default:
      throw new RangeError(`not an action: unknown kind ${bytes[0]}`);
  }
}

const hex = (bytes: ReadonlyUint8Array): string => getBase16Decoder().decode(bytes);

function decodeUpgrade(bytes: ReadonlyUint8Array): Upgrade {
  if (bytes.length !== 251) throw new RangeError('not an action: wrong length');
  const elfLen = getU32Decoder().decode(bytes, 96);
  if (elfLen === 0) throw new RangeError('not an action: code of no length');
  const [schemaFrom = 0, schemaTo = 0, forwardOnly = 0] = bytes.slice(248);
  if (schemaTo !== schemaFrom && schemaTo !== schemaFrom + 1) throw new RangeError('not an action: wrong schema');
  if (forwardOnly > 1) throw new RangeError('not an action: a flag is 0 or 1');
  return {
    program: getAddressDecoder().decode(bytes, 0),
    buffer: getAddressDecoder().decode(bytes, 32),
    elfHash: hex(bytes.slice(64, 96)),
    elfLen,
    previousHash: hex(bytes.slice(100, 132)),
    sourceCommit: hex(bytes.slice(132, 152)),
    recipeHash: hex(bytes.slice(152, 184)),
    auditHash: hex(bytes.slice(184, 216)),
    migrationHash: hex(bytes.slice(216, 248)),
    schemaFrom,
    schemaTo,
    forwardOnly: forwardOnly === 1,
  };
}

/** An upgrade within the limits of an emergency. */
function decodePatch(bytes: ReadonlyUint8Array): Upgrade {
  const upgrade = decodeUpgrade(bytes);
  const patched: readonly Address[] = [PROGRAMS.margin, PROGRAMS.vault, PROGRAMS.oracle];
  if (upgrade.forwardOnly || upgrade.schemaFrom !== upgrade.schemaTo || !patched.includes(upgrade.program)) {
    throw new RangeError('not an action: beyond the limits of an emergency patch');
  }
  return upgrade;
}

function decodePair(bytes: ReadonlyUint8Array): [Address, ReadonlyUint8Array] {
  if (bytes.length !== 64) throw new RangeError('not an action: wrong length');
  return [getAddressDecoder().decode(bytes, 0), bytes.slice(32)];
}

function decodeDelays(bytes: ReadonlyUint8Array): number[] {
  if (bytes.length !== 4 * ABI.classes.length) throw new RangeError('not an action: wrong length');
  const delaysS = ABI.classes.map((_, index) => getU32Decoder().decode(bytes, 4 * index));
  if (delaysS.some((delayS) => delayS > ABI.delayMaxS)) throw new RangeError('not an action: a delay beyond the longest');
  return delaysS;
}

function decodeBreakerRelax(bytes: ReadonlyUint8Array): CouncilAction {
  if (bytes.length !== 1) throw new RangeError('not an action: wrong length');
  return { kind: 'breakerRelax', ...decodeLevel(bytes[0] ?? 0) };
}

function decodeMarketRelax(bytes: ReadonlyUint8Array): CouncilAction {
  if (bytes.length !== 33) throw new RangeError('not an action: wrong length');
  return { kind: 'marketRelax', custody: getAddressDecoder().decode(bytes, 0), ...decodeLevel(bytes[32] ?? 0) };
}

function decodeLevel(level: number): { level: number; name: BrakeLevel } {
  const name = ABI.levels[level];
  if (name === undefined || name === 'Migrating') throw new RangeError(`not an action: nothing is lowered to level ${level}`);
  return { level, name };
}

function decodeLimitsSet(bytes: ReadonlyUint8Array): CouncilAction {
  if (bytes.length !== 60) throw new RangeError('not an action: wrong length');
  const limits = {
    hourBps: getU16Decoder().decode(bytes, 32),
    dayBps: getU16Decoder().decode(bytes, 34),
    openInterestCapLots: getU64Decoder().decode(bytes, 36),
    baseFloorAtoms: getU64Decoder().decode(bytes, 44),
    quoteFloorAtoms: getU64Decoder().decode(bytes, 52),
  };
  const { hourBps, dayBps, openInterestCapLots } = limits;
  const inBounds = hourBps >= 1 && dayBps >= hourBps && dayBps <= 10_000 && dayBps <= 24 * hourBps;
  if (!inBounds || openInterestCapLots === 0n) throw new RangeError('not an action: limits that no custody takes');
  return { kind: 'limitsSet', custody: getAddressDecoder().decode(bytes, 0), limits };
}

function decodeKeys(bytes: ReadonlyUint8Array, most: number): Address[] {
  const count = bytes[0] ?? 0;
  if (bytes.length !== 1 + 32 * count) throw new RangeError('not an action: wrong length');
  if (count === 0 || count > most) throw new RangeError(`not an action: 1 to ${most} keys, not ${count}`);
  const keys = getArrayDecoder(getAddressDecoder(), { size: count }).decode(bytes, 1);
  if (new Set(keys).size !== count) throw new RangeError('not an action: one key twice');
  if (keys.includes(getAddressDecoder().decode(new Uint8Array(32)))) throw new RangeError('not an action: the zero key');
  return keys;
}

/** One sentence that says all of the action's bytes. */
export function describeAction(action: CouncilAction): string {
  switch (action.kind) {
    case 'upgrade':
      return describeUpgrade('Replace', action);
    case 'emergencyPatch':
      return describeUpgrade('In an emergency, replace', action);
    case 'ratify':
      return `Keep the emergency patch with sha256 ${action.elfHash} of program ${action.program}.`;
    case 'rollBack':
      return `Restore the code with sha256 ${action.previousHash} of program ${action.program}.`;
    case 'handOver':
      return `Give the upgrade authority over program ${action.program} to ${action.authority}.`;
    case 'councilRecover':
      return `Recover from lost keys: replace the council by ${action.members.length} members: ${action.members.join(', ')}.`;
    case 'attestorsSet':
      return `Name the attestors of shadow runs: ${action.attestors.join(', ')}.`;
    case 'delaysSet':
      return `Set the delays, in seconds, floors holding: ${ABI.classes.map((name, index) => `${name} ${action.delaysS[index]}`).join(', ')}.`;
    case 'breakerRelax':
      return `Lower the brake to L${action.level} (${action.name}).`;
    case 'councilSet':
      return `Replace the council by ${action.members.length} members: ${action.members.join(', ')}.`;
    case 'guardiansSet':
      return `Replace the guardians by ${action.guardians.length} keys and re-arm them: ${action.guardians.join(', ')}.`;
    case 'marketRelax':
      return `Lower the market of custody ${action.custody} to L${action.level} (${action.name}).`;
    case 'limitsSet':
      return `Limit the market of custody ${action.custody} to ${action.limits.hourBps} bps an hour and ${action.limits.dayBps} bps a day, never below ${action.limits.baseFloorAtoms} base and ${action.limits.quoteFloorAtoms} quote atoms, and to ${action.limits.openInterestCapLots} lots of open interest.`;
    case 'monitorsSet':
      return `Replace the monitors by ${action.monitors.length} keys: ${action.monitors.join(', ')}.`;
  }
}

/** Zeros stand where the proposer names nothing. */
const named = (digest: string): string => (/^0+$/.test(digest) ? 'none' : digest);

function describeUpgrade(verb: string, upgrade: Upgrade): string {
  const { program, buffer, elfHash, elfLen, previousHash, forwardOnly } = upgrade;
  const { sourceCommit, recipeHash, auditHash, migrationHash, schemaFrom, schemaTo } = upgrade;
  return [
    `${verb} the code of program ${program} (sha256 ${previousHash}) by the ${elfLen} bytes with sha256 ${elfHash} in buffer ${buffer}.`,
    `Source commit ${named(sourceCommit)}, recipe ${named(recipeHash)}, audit ${named(auditHash)}, migration plan ${named(migrationHash)}.`,
    `Accounts go from schema ${schemaFrom} to ${schemaTo}.`,
    forwardOnly ? 'THERE IS NO WAY BACK: it cannot be rolled back.' : 'It can be rolled back.',
  ].join(' ');
}

/** What members approve: compare it with the digest that the proposal stores before signing. */
export async function proposalDigest(
  id: number | bigint,
  action: ReadonlyUint8Array,
  governor: Address = PROGRAMS.governor,
): Promise<Uint8Array> {
  const parts = [
    new TextEncoder().encode(ABI.proposalDomain),
    getAddressEncoder().encode(governor),
    getU64Encoder().encode(id),
    action,
  ];
  const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
