/** The wallets of this browser that can sign transactions, and the one that is connected. */
import { Refusal } from '@bastion/client';
import { getWallets } from '@wallet-standard/app';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import type { StandardConnectFeature, StandardDisconnectFeature, StandardEventsFeature } from '@wallet-standard/features';
import { SolanaSignTransaction, type SolanaSignTransactionFeature } from '@solana/wallet-standard-features';
import { address, type Address } from '@solana/kit';
import { Store } from '../chain/store';

const LAST_AT = 'bastion.wallet';

export type Connected = { wallet: Wallet; account: WalletAccount; owner: Address };

export const wallets = new Store<readonly Wallet[]>([]);
export const connected = new Store<Connected | undefined>(undefined);

type Features = SolanaSignTransactionFeature & StandardConnectFeature & Partial<StandardDisconnectFeature & StandardEventsFeature>;
const featuresOf = (wallet: Wallet) => wallet.features as unknown as Features;

/** Follows the wallets as they appear; one that was connected last time is connected again. */
export function walletsFollow(): void {
  const { get, on } = getWallets();
  const list = () => {
    const able = get().filter(({ features }) => SolanaSignTransaction in features && 'standard:connect' in features);
    wallets.set(able);
    const last = able.find(({ name }) => name === localStorage.getItem(LAST_AT));
    if (last !== undefined && connected.get() === undefined) void connectTo(last, true).catch(() => undefined);
  };
  on('register', list);
  on('unregister', list);
  list();
}

export async function connectTo(wallet: Wallet, silent = false): Promise<void> {
  const { accounts } = await featuresOf(wallet)['standard:connect'].connect(silent ? { silent } : undefined);
  const account = accounts[0];
  if (account === undefined) throw new Refusal(`${wallet.name} has shared no account`, 'Unlock it, choose an account, and connect again.');
  connected.set({ wallet, account, owner: address(account.address) });
  localStorage.setItem(LAST_AT, wallet.name);
  featuresOf(wallet)['standard:events']?.on('change', ({ accounts: changed }) => {
    if (changed === undefined || connected.get()?.wallet !== wallet) return;
    const next = changed[0];
    connected.set(next === undefined ? undefined : { wallet, account: next, owner: address(next.address) });
  });
}

export async function disconnect(): Promise<void> {
  const wallet = connected.get()?.wallet;
  localStorage.removeItem(LAST_AT);
  connected.set(undefined);
  if (wallet !== undefined) await featuresOf(wallet)['standard:disconnect']?.disconnect();
}

/** Throws if the wallet's account is not on the page's cluster. */
export function clusterRequire({ account, wallet }: Connected, chain: `solana:${string}`): void {
  if (account.chains.includes(chain)) return;
  const where = account.chains.filter((name) => name.startsWith('solana:')).map((name) => name.slice('solana:'.length));
  throw new Refusal(
    `${wallet.name} is on ${where.join(', ') || 'no Solana cluster'}, this page is on ${chain.slice('solana:'.length)}`,
    'Nothing was sent. Switch the wallet’s network, or connect another wallet.',
  );
}

/** The wallet's signature over these bytes; it may add its own and must change nothing else. */
export async function sign({ wallet, account }: Connected, chain: `solana:${string}`, transaction: Uint8Array): Promise<Uint8Array> {
  const [signed] = await featuresOf(wallet)[SolanaSignTransaction].signTransaction({ account, chain, transaction });
  if (signed === undefined) throw new Refusal('The wallet returned nothing', 'Nothing was sent. Try again.');
  return signed.signedTransaction;
}
