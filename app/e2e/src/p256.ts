/** A member of the council whose key is P-256, as an enclave's or a passkey's: seated by a council change, it votes by ballots. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ballotMessage, councilAddress, governor, latestSlotHash, p256Member, p256Proof, passkeyMessage } from '@bastion/client';
import { Council, type Proposal } from '@bastion/demo/lib/council';
import { refused, signatureRefused } from '@bastion/demo/lib/refusal';
import type { Instruction } from '@solana/kit';
import { run, scratch } from './command.js';
import { scene } from './scene.js';

/** The last seat; the others keep their Ed25519 keys. */
const SEAT = 6;
const APPROVALS = 5;
const NORMAL = 0;
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

async function vote(proposal: Proposal, clientData = new Uint8Array()): Promise<Instruction> {
  return governor.getProposalApproveP256Instruction({ council: await councilAddress(), proposal: proposal.address, index: 0, clientData });
}

/** The member's own approval, sent by somebody who is nobody. */
export async function ballotApprove(proposal: Proposal): Promise<void> {
  const { chain, cast } = scene();
  const message = await ballot(proposal);
  await chain.send(cast.bob, [p256Proof(publicKey(), signed(message), message), await vote(proposal)]);
}

/** The same by a passkey: what its authenticator signs in a browser. */
async function passkeyApprove(proposal: Proposal): Promise<void> {
  const { chain, cast } = scene();
  const challenge = Buffer.from(await ballot(proposal)).toString('base64url');
  const client = { type: 'webauthn.get', challenge, origin: 'https://council.example', crossOrigin: false };
  const clientData = new TextEncoder().encode(JSON.stringify(client));
  const site = createHash('sha256').update('council.example').digest();
  const message = await passkeyMessage(Uint8Array.of(...site, ...AUTHENTICATOR), clientData);
  await chain.send(cast.bob, [p256Proof(publicKey(), signed(message), message), await vote(proposal, clientData)]);
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
});
