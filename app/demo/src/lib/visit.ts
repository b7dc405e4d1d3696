/** What a visitor of the page finds, read as the page reads it: everything follows from the description that the page is served with. */
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRAMS, decodeAction, describeAction, feedAddress, governor, oracle, vault } from '@bastion/client';
import { Chain } from './chain.js';
import { showPrice } from './numbers.js';
import { Problem } from './problem.js';
import type { SiteNetwork } from './site.js';

/** Until an auction opens: a vault's epoch here lasts some minutes, and its auction one of them. */
const PATIENCE_MS = 420_000;
const POLL_MS = 300;
const EPOCH_AUCTION = 1;
const [DRAFT, QUEUED] = [0, 1];

/** Each of what the page is for, in words, once it is there; `found` hears them one by one. */
export async function visit(url: string, found: (words: string) => void): Promise<void> {
  const network = await pageRead(url);
  const chain = await Chain.open(network);
  const sights: [string, () => Promise<string | undefined>][] = [
    ['a price that moves', await priceSeen(chain, network)],
    ['quotes of makers', () => quotesSeen(network)],
    ['an auction of a vault', () => auctionSeen(chain)],
    ['a pending proposal', () => proposalSeen(chain)],
  ];
  for (const [what, look] of sights) found(await seen(what, look));
}

/** The page comes with its script and with what it has to know of the network. */
async function pageRead(url: string): Promise<SiteNetwork> {
  const read = async (path: string) => {
    const answer = await fetch(new URL(path, url));
    if (!answer.ok) throw new Problem(`the page answers ${answer.status} for ${path}`, 'run `make app`, then again');
    return answer.text();
  };
  const script = /src="([^"]+\.js)"/.exec(await read('/'))?.[1];
  if (script === undefined) throw new Problem('the page loads no script', 'run `make app`, then again');
  await read(script);
  return JSON.parse(await read('/network.json')) as SiteNetwork;
}

async function seen(what: string, look: () => Promise<string | undefined>): Promise<string> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(POLL_MS)) {
    const words = await look();
    if (words !== undefined) return words;
  }
  throw new Problem(`the page does not show ${what}`, 'read the daemons’ logs in target/localnet, then run again');
}

async function priceSeen(chain: Chain, { symbol }: SiteNetwork) {
  const feed = await feedAddress(symbol);
  const price = async () => oracle.getFeedDecoder().decode(await chain.bytes(feed)).priceE6;
  const first = await price();
  return async () => {
    const now = await price();
    return now === first ? undefined : `${symbol} moves: ${showPrice(first)}, now ${showPrice(now)}`;
  };
}

async function quotesSeen({ relayUrl }: SiteNetwork): Promise<string | undefined> {
  const answer = await fetch(`${relayUrl}/v1/quotes`);
  const { quotes } = (await answer.json()) as { quotes: readonly unknown[] };
  return quotes.length === 0 ? undefined : `${quotes.length} signed quotes are live`;
}

async function auctionSeen(chain: Chain): Promise<string | undefined> {
  const epochs = (await chain.accountsOf(PROGRAMS.vault, []))
    .filter(({ data }) => vault.identifyVaultAccount(data) === vault.VaultAccountKind.Epoch)
    .map(({ data }) => vault.getEpochDecoder().decode(data));
  const open = epochs.find(({ state }) => state === EPOCH_AUCTION);
  return open && `a vault offers ${open.offeredLots} lots at ${showPrice(open.strikeE6)}, reserve ${showPrice(open.reservePriceE6, 4)}`;
}

async function proposalSeen(chain: Chain): Promise<string | undefined> {
  const { unixS } = await chain.now();
  const pending = (await chain.accountsOf(PROGRAMS.governor, []))
    .filter(({ data }) => governor.identifyGovernorAccount(data) === governor.GovernorAccountKind.Proposal)
    .map(({ data }) => governor.getProposalDecoder().decode(data))
    .find(({ state, expiresUnixS }) => (state === DRAFT || state === QUEUED) && expiresUnixS > unixS);
  if (pending === undefined) return undefined;
  const action = decodeAction(pending.action.slice(0, pending.actionLen));
  return `proposal ${pending.id} waits for the council: ${describeAction(action)}`;
}
