import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { p256Member } from '@bastion/client';
import { Council, type Proposal } from '@bastion/demo/lib/council';
import type { CDPSession, Locator } from 'playwright-core';
import { DESKTOP, PHONE, go, press, seriousFindings, shoot, stage, tabOpen, toast } from './stage.js';

/** The last seat; the others keep their Ed25519 keys. */
const SEAT = 6;
const APPROVALS = 5;
const NORMAL = 0;
const AUTHENTICATOR = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } as const;

const council = () => new Council(stage().trading.chain, stage().trading.cast.council);
const panel = () => stage().tab.getByRole('region', { name: 'Passkey', exact: true });
const shown = (about: string) => panel().getByRole('region', { name: about }).innerText();
const voteOn = ({ id }: Proposal) => stage().tab.getByRole('region', { name: `Passkey’s vote on proposal ${id}` });

/** A proposal that the page shows, and that can be voted on. */
async function proposed(): Promise<Proposal> {
  const { chain } = stage().trading;
  const proposal = await council().relaxPropose(NORMAL);
  await chain.until({ slot: (await council().state(proposal)).createdSlot + 1n });
  await voteOn(proposal).waitFor();
  return proposal;
}

async function refused(button: Locator, words: string): Promise<void> {
  await button.click();
  await stage().tab.getByRole('alert').getByText(words).first().waitFor();
}

describe('passkey', { timeout: 600_000 }, () => {
  let devtools: CDPSession;
  let authenticatorId: string;

  test('passkey_is_made_on_the_page_with_the_address_to_seat', async () => {
    const { tab } = stage();
    devtools = await tab.context().newCDPSession(tab);
    await devtools.send('WebAuthn.enable');
    ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options: AUTHENTICATOR }));
    await go(tab, 'Governance');
    await panel().getByRole('button', { name: 'Create a passkey' }).click();
    await panel().getByText('no seat here').waitFor();
    const key = await shown('Public key, compressed');
    assert.equal(await shown('Address of the member'), await p256Member(Buffer.from(key, 'hex')));
    await panel().getByText(`bastion member --p256-public ${key}`).waitFor();
    const proposal = await proposed();
    await voteOn(proposal).getByText('Nobody sits in this council with your passkey').waitFor();
    assert.ok(await voteOn(proposal).getByRole('button', { name: 'Approve by passkey' }).isDisabled());
    assert.ok(await voteOn(proposal).getByRole('button', { name: 'Object by passkey' }).isDisabled());
    await shoot(tab, 'passkey-new-desktop');
  });

  test('seated_passkey_approves_and_objects_on_the_page_and_the_chain_has_its_bits', async () => {
    const { tab, trading } = stage();
    const { chain, cast } = trading;
    const { members, memberCount } = await council().council();
    const member = await p256Member(Buffer.from(await shown('Public key, compressed'), 'hex'));
    const change = await council().membersPropose(members.slice(0, memberCount).map((held, seat) => (seat === SEAT ? member : held)));
    await council().approve(change, APPROVALS);
    await chain.until(await council().queue(change, cast.keeper));
    await chain.send(cast.keeper, [await council().membersExecuteInstruction(change)]);
    await panel().getByText(`seat ${SEAT + 1}`).first().waitFor();

    const proposal = await proposed();
    const vote = voteOn(proposal);
    await vote.getByText(Buffer.from((await council().state(proposal)).digest).toString('hex')).waitFor();
    await vote.getByRole('button', { name: 'Approve by passkey' }).click();
    await toast(tab, `Your passkey approves proposal ${proposal.id}`);
    assert.equal((await council().state(proposal)).approvals, 1 << SEAT);
    // What is said stands in the strip that is kept for it.
    const [said, strip] = [await tab.locator('.toast').first().boundingBox(), await tab.locator('.foot').boundingBox()];
    assert.ok(said && strip && said.y >= strip.y && said.y + said.height <= strip.y + strip.height);
    await shoot(tab, 'passkey-approved-desktop');
    assert.deepEqual(await seriousFindings(tab), []);
    await vote.getByText('This passkey has approved it').waitFor();
    assert.ok(await vote.getByRole('button', { name: 'Approve by passkey' }).isDisabled());

    await vote.getByRole('button', { name: 'Object by passkey' }).click();
    await toast(tab, `Your passkey objects to proposal ${proposal.id}`);
    assert.equal((await council().state(proposal)).objections, 1 << SEAT);
    await tab.setViewportSize(PHONE);
    await shoot(tab, 'passkey-objected-phone');
    await tab.setViewportSize(DESKTOP);
  });

  test('passkey_whose_user_is_not_verified_sends_nothing_and_is_told_so', async () => {
    const { tab } = stage();
    const proposal = await proposed();
    const approve = voteOn(proposal).getByRole('button', { name: 'Approve by passkey' });
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await refused(approve, 'The authenticator gave no answer');
    await shoot(tab, 'passkey-refused-desktop');
    assert.equal((await council().state(proposal)).approvals, 0);
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await press(tab, 'Approve by passkey', `Your passkey approves proposal ${proposal.id}`);
    assert.equal((await council().state(proposal)).approvals, 1 << SEAT);
  });

  test('passkey_is_found_again_where_nothing_is_remembered_with_and_without_a_seat', async () => {
    const { tab } = stage();
    const key = await shown('Public key, compressed');
    await panel().getByRole('button', { name: 'Use another' }).click();
    await panel().getByRole('button', { name: 'Use one I have' }).click();
    await panel().getByText(`seat ${SEAT + 1}`).first().waitFor();
    assert.equal(await shown('Public key, compressed'), key);

    // Another one, which nobody has seated: two signatures tell its key.
    await panel().getByRole('button', { name: 'Use another' }).click();
    await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
    await panel().getByRole('button', { name: 'Create a passkey' }).click();
    await panel().getByText('no seat here').waitFor();
    const strange = await shown('Public key, compressed');
    assert.notEqual(strange, key);
    await panel().getByRole('button', { name: 'Use another' }).click();
    await panel().getByRole('button', { name: 'Use one I have' }).click();
    await panel().getByText('no seat here').waitFor();
    assert.equal(await shown('Public key, compressed'), strange);
    const proposal = await proposed();
    await voteOn(proposal).getByText('Nobody sits in this council with your passkey').waitFor();
    await panel().getByRole('button', { name: 'Use another' }).click();
    await devtools.send('WebAuthn.disable');
  });

  test('page_under_an_address_says_where_passkeys_work', async () => {
    const { browser, live } = stage();
    const tab = await tabOpen(browser, live);
    const { port } = new URL(live.site.url);
    await tab.goto(`http://127.0.0.1:${port}/#/governance`);
    await tab.getByText(`127.0.0.1 is an address: open this page as http://localhost:${port}.`).waitFor();
    assert.ok(await tab.getByRole('button', { name: 'Create a passkey' }).isDisabled());
    await tab.context().close();
  });
});
