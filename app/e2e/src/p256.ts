/** A member of the council whose key is P-256, as an enclave's or a passkey's: seated by a council change, it votes and proposes by ballots. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  ballotMessage,
  councilAddress,
  governor,
  latestSlotHash,
  p256Member,
  p256Proof,
  passkeyMessage,
  proposalAddress,
  proposalDigest,
} from '@bastion/client';
import { Council, type Proposal } from '@bastion/demo/lib/council';
import { refused, signatureRefused } from '@bastion/demo/lib/refusal';
import { getAddressEncoder, type Instruction } from '@solana/kit';
import { run, scratch } from './command.js';
import { scene } from './scene.js';

/** The last seat; the others keep their Ed25519 keys. */
const SEAT = 6;
const APPROVALS = 5;
const NORMAL = 0;
const KIND_BREAKER_RELAX = 2;
const RELAX = Uint8Array.of(KIND_BREAKER_RELAX, NORMAL);
const KIND_COUNCIL_SET = 3;
/** User present and verified, and a counter. */
const AUTHENTICATOR = [0x05, 0, 0, 0, 1];

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const file = scratch('member.pem');
writeFileSync(file, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));

function publicKey(): Uint8Array {
  const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  return Uint8Array.of(2 + odd, ...Buffer.from(x, 'base64url'));
}

const signed = (message: Uint8Array): Uint8Array => sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });

async function ballot(proposal: Proposal): Promise<Uint8Array> {
  const { chain, cast } = scene();
  const council = new Council(chain, cast.council);
  const state = await council.state(proposal);
  await chain.until({ slot: state.createdSlot + 1n });
  const { configEpoch } = await council.council();
  return ballotMessage({ ...state, voice: 'approve', configEpoch }, await latestSlotHash(chain.connection));
}

async function vote(proposal: Proposal, clientData: Uint8Array = new Uint8Array()): Promise<Instruction> {
  return governor.getProposalApproveP256Instruction({ council: await councilAddress(), proposal: proposal.address, index: 0, clientData });
}

/** The member's own approval, sent by somebody who is nobody. */
export async function ballotApprove(proposal: Proposal): Promise<void> {
  const { chain, cast } = scene();
  const message = await ballot(proposal);
  await chain.send(cast.bob, [p256Proof(publicKey(), signed(message), message), await vote(proposal)]);
}

/** What a passkey's authenticator signs in a browser that shows it this ballot: the proof, and the client data that go with it. */
async function assertion(challenge: Uint8Array): Promise<[Instruction, Uint8Array]> {
  const base64url = Buffer.from(challenge).toString('base64url');
  const client = { type: 'webauthn.get', challenge: base64url, origin: 'https://council.example', crossOrigin: false };
  const clientData = new TextEncoder().encode(JSON.stringify(client));
  const site = createHash('sha256').update('council.example').digest();
  const message = await passkeyMessage(Uint8Array.of(...site, ...AUTHENTICATOR), clientData);
  return [p256Proof(publicKey(), signed(message), message), clientData];
}

/** The same by a passkey. */
async function passkeyApprove(proposal: Proposal): Promise<void> {
  const { chain, cast } = scene();
  const [proof, clientData] = await assertion(await ballot(proposal));
  await chain.send(cast.bob, [proof, await vote(proposal, clientData)]);
}

/** The council's next proposal and the ballot in which the member makes it, this action. */
async function coming(action: Uint8Array): Promise<[Proposal, Uint8Array]> {
  const { chain, cast } = scene();
  const { proposals: id, configEpoch } = await new Council(chain, cast.council).council();
  const digest = await proposalDigest(id, action);
  const message = ballotMessage({ voice: 'propose', digest, configEpoch }, await latestSlotHash(chain.connection));
  return [{ id, address: await proposalAddress(id) }, message];
}

async function create({ address }: Proposal, action: Uint8Array, clientData: Uint8Array = new Uint8Array()): Promise<Instruction> {
  const council = await councilAddress();
  const sponsor = scene().cast.bob;
  return governor.getProposalCreateP256Instruction({ sponsor, council, proposal: address, action, index: 0, clientData });
}

/** The member proposes, and somebody who is nobody pays. */
async function ballotPropose(action: Uint8Array): Promise<Proposal> {
  const { chain, cast } = scene();
  const [next, message] = await coming(action);
  await chain.send(cast.bob, [p256Proof(publicKey(), signed(message), message), await create(next, action)]);
  return next;
}

async function passkeyPropose(action: Uint8Array): Promise<Proposal> {
  const { chain, cast } = scene();
  const [next, message] = await coming(action);
  const [proof, clientData] = await assertion(message);
  await chain.send(cast.bob, [proof, await create(next, action, clientData)]);
  return next;
}

async function commandPropose(): Promise<Proposal> {
  const { chain, cast } = scene();
  const { proposals: id } = await new Council(chain, cast.council).council();
  const said = await run('alice', 'propose', 'relax', `${NORMAL}`, '--p256-key', file);
  assert.match(said, new RegExp(`proposal ${id} `));
  return { id, address: await proposalAddress(id) };
}

describe('member with a P-256 key', () => {
  test('council_change_seats_a_p256_key', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const { members, memberCount } = await council.council();
    const member = await p256Member(publicKey());
    assert.match(await run('alice', 'member', '--p256-key', file), new RegExp(member));
    const proposal = await council.membersPropose(members.slice(0, memberCount).map((held, seat) => (seat === SEAT ? member : held)));
    await council.approve(proposal, APPROVALS);
    await chain.until(await council.queue(proposal, cast.keeper));
    await chain.send(cast.keeper, [await council.membersExecuteInstruction(proposal)]);
    assert.equal((await council.council()).members[SEAT], member);
  });

  test('ballots_from_typescript_from_a_passkey_and_from_the_command_line_count_once_each', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const ways = [
      ballotApprove,
      passkeyApprove,
      async ({ id, address }: Proposal) => {
        const { digest } = await council.state({ id, address });
        await run('alice', 'approve', `${id}`, Buffer.from(digest).toString('hex'), '--p256-key', file);
      },
    ];
    for (const approve of ways) {
      const proposal = await council.relaxPropose(NORMAL);
      await approve(proposal);
      assert.equal((await council.state(proposal)).approvals, 1 << SEAT);
      await refused('AlreadyApproved', () => ballotApprove(proposal));
    }
  });

  test('ballot_of_another_proposal_and_a_forged_signature_fail_with_their_reasons', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const [one, other] = [await council.relaxPropose(NORMAL), await council.relaxPropose(NORMAL)];
    const message = await ballot(one);
    const proof = p256Proof(publicKey(), signed(message), message);
    await refused('DigestMismatch', async () => chain.send(cast.bob, [proof, await vote(other)]));
    const forged = p256Proof(publicKey(), signed(await ballot(other)), message);
    await signatureRefused(async () => chain.send(cast.bob, [forged, await vote(one)]));
  });

  test('proposals_by_ballot_from_typescript_from_a_passkey_and_from_the_command_line_are_approved_by_their_member', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const ways = [
      [ballotPropose, cast.bob],
      [passkeyPropose, cast.bob],
      [commandPropose, cast.alice],
    ] as const;
    for (const [propose, sponsor] of ways) {
      const proposal = await propose(RELAX);
      const { proposer, digest } = await council.state(proposal);
      assert.equal(proposer, sponsor.address);
      assert.deepEqual(Uint8Array.from(digest), await proposalDigest(proposal.id, RELAX));
      await ballotApprove(proposal);
      assert.equal((await council.state(proposal)).approvals, 1 << SEAT);
    }
  });

  /** The seats stay; what counts is that a ballot's proposal goes all the way. */
  test('proposal_by_a_passkey_is_approved_queued_and_carried_out', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const { members, memberCount, configEpoch } = await council.council();
    const keys = members.slice(0, memberCount).flatMap((member) => [...getAddressEncoder().encode(member)]);
    const proposal = await passkeyPropose(Uint8Array.of(KIND_COUNCIL_SET, memberCount, ...keys));
    await ballotApprove(proposal);
    await council.approve(proposal, APPROVALS - 1);
    await chain.until(await council.queue(proposal, cast.keeper));
    await chain.send(cast.keeper, [await council.membersExecuteInstruction(proposal)]);
    assert.equal((await council.council()).configEpoch, configEpoch + 1n);
  });

  test('ballot_for_another_action_or_used_before_proposes_nothing', async () => {
    const { chain, cast } = scene();
    const council = new Council(chain, cast.council);
    const other = Uint8Array.of(KIND_BREAKER_RELAX, 1);
    const [next, message] = await coming(other);
    const proof = p256Proof(publicKey(), signed(message), message);
    await refused('DigestMismatch', async () => chain.send(cast.bob, [proof, await create(next, RELAX)]));
    await chain.send(cast.bob, [proof, await create(next, other)]);
    const { proposals: id } = await council.council();
    const again = { id, address: await proposalAddress(id) };
    await refused('DigestMismatch', async () => chain.send(cast.bob, [proof, await create(again, other)]));
    await refused('BallotKindOther', async () => chain.send(cast.bob, [proof, await vote(next)]));
  });
});
