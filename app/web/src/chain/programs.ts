/** Whether the programs at our addresses are ones that the governor holds: checked before anything else is believed. */
import { PROGRAMS, governorAuthorityAddress, programDataAddress, type Connection } from '@bastion/client';
import { address, getAddressDecoder, getBase64Encoder, type Address } from '@solana/kit';

const LOADER = address('BPFLoaderUpgradeab1e11111111111111111111111');
const [AUTHORITY_OPTION_AT, AUTHORITY_AT, CODE_AT] = [12, 13, 45];

export type ProgramCheck = {
  name: string;
  program: Address;
  /** What is wrong; undefined: an executable of the loader's, held by the governor. */
  fault: string | undefined;
};

export async function programsCheck({ rpc }: Connection): Promise<ProgramCheck[]> {
  const holders = { ours: await governorAuthorityAddress(PROGRAMS.governor), twins: await governorAuthorityAddress(PROGRAMS.governorTwin) };
  const entries = Object.entries(PROGRAMS);
  const data = await Promise.all(entries.map(([, program]) => programDataAddress(program)));
  const [programs, heads] = await Promise.all([
    rpc.getMultipleAccounts(entries.map(([, program]) => program), { encoding: 'base64', commitment: 'confirmed', dataSlice: { offset: 0, length: 36 } }).send(),
    rpc.getMultipleAccounts(data, { encoding: 'base64', commitment: 'confirmed', dataSlice: { offset: 0, length: CODE_AT } }).send(),
  ]);
  return entries.map(([name, program], at) => {
    const [account, head] = [programs.value[at], heads.value[at]];
    const bytes = head ? getBase64Encoder().encode(head.data[0]) : undefined;
    const held = bytes?.[AUTHORITY_OPTION_AT] === 1 ? getAddressDecoder().decode(bytes, AUTHORITY_AT) : undefined;
    const holder = program === PROGRAMS.governor ? holders.twins : holders.ours;
    const fault = !account
      ? 'not deployed'
      : !account.executable || account.owner !== LOADER
        ? 'not a program of the upgradeable loader'
        : held !== holder
          ? `its upgrade authority is ${held ?? 'nobody'}, not the governor`
          : undefined;
    return { name, program, fault };
  });
}

/** sha256 of the code that is deployed, without the zeros after it. */
export async function deployedHash({ rpc }: Connection, program: Address, length: number): Promise<string> {
  const { value } = await rpc.getAccountInfo(await programDataAddress(program), { encoding: 'base64', commitment: 'confirmed' }).send();
  if (!value) throw new Error('the program’s code is not there');
  const code = getBase64Encoder().encode(value.data[0]).slice(CODE_AT);
  if (code.slice(length).some((byte) => byte !== 0)) return 'more code than was verified';
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(code.slice(0, length)))));
}

export const hex = (bytes: Iterable<number>): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
