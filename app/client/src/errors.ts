// A failed transaction as the program's own error, with its message.

import {
  isSolanaError,
  SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
  SOLANA_ERROR__INSTRUCTION_ERROR__UNSUPPORTED_PROGRAM_ID,
} from '@solana/kit';
import { ERRORS, type ProgramError } from './generated/errors.js';

export { ERRORS, type ProgramError };

/** The error that a custom code names. Codes are disjoint between programs. */
export function programErrorOfCode(code: number): ProgramError | undefined {
  return ERRORS[code];
}

/** The program error inside anything thrown while sending or simulating, if there is one. */
export function programErrorOf(error: unknown): ProgramError | undefined {
  for (const cause of causes(error)) {
    if (isSolanaError(cause, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM)) {
      const { code } = cause.context;
      return ERRORS[code] ?? { program: 'unknown', code, name: `Custom(${code})`, message: 'no program of ours has this code' };
    }
  }
  return undefined;
}

/** Whether a call met a program in the very slot of its upgrade, where the loader refuses to run it. */
export function isUpgradeInSameSlot(error: unknown): boolean {
  return [...causes(error)].some((cause) => isSolanaError(cause, SOLANA_ERROR__INSTRUCTION_ERROR__UNSUPPORTED_PROGRAM_ID));
}

/** An instruction that a program refused. */
export class InstructionRefused extends Error {
  override readonly name = 'InstructionRefused';
  readonly error: ProgramError;

  constructor(error: ProgramError, cause: unknown) {
    super(`${error.program}: ${error.name} (${error.code}): ${error.message}`, { cause });
    this.error = error;
  }
}

function* causes(error: unknown): Generator<unknown> {
  for (let cause = error; cause !== undefined && cause !== null; cause = (cause as { cause?: unknown }).cause) {
    yield cause;
  }
}
