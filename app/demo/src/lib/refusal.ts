/** Refusals are results too: a step that must fail is checked for failing with its own error. */
import { InstructionRefused, programErrorOf, type ProgramError } from '@bastion/client';

/** The validator's code for a signature that does not fit key and message; it belongs to no program of ours. */
const PRECOMPILE_INVALID_SIGNATURE = 2;

/** The error that a program refused with. Throws if it did not refuse, or named another error than `name`. */
export async function refused(name: string, attempt: () => Promise<unknown>): Promise<ProgramError> {
  const refusal = await refusalOf(name, attempt);
  if (refusal.name !== name) {
    throw new Error(`expected a refusal with ${name}, met ${refusal.program}'s ${refusal.name}`);
  }
  return refusal;
}

/** As `refused`, by the Ed25519 program, which runs before every other. */
export async function signatureRefused(attempt: () => Promise<unknown>): Promise<ProgramError> {
  const refusal = await refusalOf('an invalid signature', attempt);
  if (refusal.program !== 'unknown' || refusal.code !== PRECOMPILE_INVALID_SIGNATURE) {
    throw new Error(`expected an invalid signature, met ${refusal.program}'s ${refusal.name}`);
  }
  return {
    ...refusal,
    program: 'the Ed25519 program',
    name: 'InvalidSignature',
    message: 'key, message and signature do not fit',
  };
}

async function refusalOf(expected: string, attempt: () => Promise<unknown>): Promise<ProgramError> {
  try {
    await attempt();
  } catch (error) {
    const refusal = error instanceof InstructionRefused ? error.error : programErrorOf(error);
    if (refusal === undefined) {
      throw new Error(`expected a refusal with ${expected}, met ${String(error)}`, { cause: error });
    }
    return refusal;
  }
  throw new Error(`expected a refusal with ${expected}, but it was accepted`);
}
