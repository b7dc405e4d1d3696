/** What the councils decide and what becomes of it: members, proposals, rollouts, and the code that each program is held to. */
import {
  PROGRAMS,
  adoptionAddress,
  councilAddress,
  decodeAction,
  describeAction,
  governor,
  proposalAddress,
  proposalDigest,
  readAccounts,
  rolloutAddress,
  snapshotAddress,
  type Connection,
  type CouncilAction,
} from '@bastion/client';
import type { Address, ReadonlyUint8Array } from '@solana/kit';

/** The latest ones; older ones stay on chain. */
const PROPOSALS_SHOWN = 12n;

export const [DRAFT, QUEUED, EXECUTED, CANCELLED, REJECTED, FINALISED, ROLLED_BACK] = [0, 1, 2, 3, 4, 5, 6] as const;
export const STAGE = { idle: 0, queued: 1, frozen: 2, sealed: 3, executed: 4, canary: 5, rolledBack: 6 } as const;

export type ProposalView = {
  address: Address;
  proposal: governor.Proposal;
  /** Undefined: bytes that mean nothing to this page. */
  action: CouncilAction | undefined;
  words: string;
  actionBytes: ReadonlyUint8Array;
  /** Whether the digest that members approve is that of these very bytes, computed here. */
  isDigestTrue: boolean;
};

export type ProgramView = { name: string; program: Address; adoption: governor.Adoption | undefined; rollout: governor.Rollout | undefined };

export type CouncilView = {
  name: string;
  governor: Address;
  address: Address;
  council: governor.Council;
  proposals: readonly ProposalView[];
  programs: readonly ProgramView[];
  /** Of the page's market, by the program whose rollout it belongs to. */
  snapshots: ReadonlyMap<Address, governor.Snapshot>;
};

/** Which council holds which programs: nobody replaces himself. */
const HELD: readonly { name: string; governor: Address; programs: readonly (keyof typeof PROGRAMS)[] }[] = [
  { name: 'Governor', governor: PROGRAMS.governor, programs: ['margin', 'oracle', 'vault', 'breaker', 'governorTwin'] },
  { name: 'Governor’s twin', governor: PROGRAMS.governorTwin, programs: ['governor'] },
];

export async function councilsRead(connection: Connection, market: Address): Promise<CouncilView[]> {
  const found = await Promise.all(HELD.map((held) => councilRead(connection, held, market)));
  return found.filter((view) => view !== undefined);
}

async function councilRead(connection: Connection, held: (typeof HELD)[number], market: Address): Promise<CouncilView | undefined> {
  const address = await councilAddress(held.governor);
  const programs = await Promise.all(
    held.programs.map(async (name) => {
      const program = PROGRAMS[name];
      return { name, program, adoption: await adoptionAddress(program, held.governor), rollout: await rolloutAddress(program, held.governor) };
    }),
  );
  const first = await readAccounts(connection, [address, ...programs.flatMap(({ adoption, rollout }) => [adoption, rollout])]);
  const bytes = first.get(address);
  if (bytes === undefined) return undefined;
  const council = governor.getCouncilDecoder().decode(bytes);
  const views = programs.map(({ name, program, adoption, rollout }): ProgramView => {
    const [ofAdoption, ofRollout] = [first.get(adoption), first.get(rollout)];
    return {
      name,
      program,
      adoption: ofAdoption && governor.getAdoptionDecoder().decode(ofAdoption),
      rollout: ofRollout && governor.getRolloutDecoder().decode(ofRollout),
    };
  });
  const active = views.flatMap(({ program, rollout }) => (rollout !== undefined && rollout.stage >= STAGE.frozen ? [{ program, rollout }] : []));
  const snapshotAt = await Promise.all(active.map(({ rollout }) => snapshotAddress(market, rollout.attempt, held.governor)));
  const from = council.proposals > PROPOSALS_SHOWN ? council.proposals - PROPOSALS_SHOWN : 0n;
  const ids = Array.from({ length: Number(council.proposals - from) }, (_, at) => council.proposals - 1n - BigInt(at));
  const proposalAt = await Promise.all(ids.map((id) => proposalAddress(id, held.governor)));
  const second = await readAccounts(connection, [...snapshotAt, ...proposalAt]);
  const snapshots = new Map<Address, governor.Snapshot>();
  active.forEach(({ program }, at) => {
    const snapshot = second.get(snapshotAt[at]!);
    if (snapshot !== undefined) snapshots.set(program, governor.getSnapshotDecoder().decode(snapshot));
  });
  const proposals = await Promise.all(
    proposalAt.map(async (at) => {
      const data = second.get(at);
      return data && proposalView(at, governor.getProposalDecoder().decode(data), held.governor);
    }),
  );
  return { name: held.name, governor: held.governor, address, council, programs: views, snapshots, proposals: proposals.filter((view) => view !== undefined) };
}

async function proposalView(address: Address, proposal: governor.Proposal, of: Address): Promise<ProposalView> {
  const actionBytes = proposal.action.slice(0, proposal.actionLen);
  const digest = await proposalDigest(proposal.id, actionBytes, of);
  const isDigestTrue = digest.every((byte, at) => byte === proposal.digest[at]);
  try {
    const action = decodeAction(actionBytes);
    return { address, proposal, action, words: describeAction(action), actionBytes, isDigestTrue };
  } catch {
    return { address, proposal, action: undefined, words: 'These bytes mean nothing that this page knows: do not approve them.', actionBytes, isDigestTrue };
  }
}

/** Members, by their place in the council, whose bits are set. */
export const votersOf = (bits: number, { memberCount }: Pick<governor.Council, 'memberCount'>): number[] =>
  Array.from({ length: memberCount }, (_, member) => member).filter((member) => (bits & (1 << member)) !== 0);

/** Which member of the council an address is, counted from 0. */
export function seatOf({ council }: CouncilView, member: Address): number | undefined {
  const at = council.members.slice(0, council.memberCount).indexOf(member);
  return at < 0 ? undefined : at;
}

/** The program that an action is about, if it is about one. */
export const programOf = (action: CouncilAction | undefined): Address | undefined => (action !== undefined && 'program' in action ? action.program : undefined);

export const programName = (program: Address): string | undefined => Object.entries(PROGRAMS).find(([, address]) => address === program)?.[0];

/** The rollout that a proposal holds, if it holds one. */
export function rolloutOf(view: CouncilView, { proposal, action }: ProposalView): governor.Rollout | undefined {
  const rollout = view.programs.find(({ program }) => program === programOf(action))?.rollout;
  return rollout !== undefined && rollout.stage !== STAGE.idle && rollout.proposal === proposal.id ? rollout : undefined;
}
