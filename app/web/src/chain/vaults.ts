/** The market's option vaults: mandates, epochs, queues, auctions, and what one owner has in them. */
import {
  TOKEN_2022,
  bidAddress,
  depositAddress,
  epochAddress,
  findAccounts,
  holdingsOfBytes,
  readAccounts,
  vault,
  vaultKeys,
  withdrawalAddress,
  type Connection,
  type Holdings,
  type VaultKeys,
} from '@bastion/client';
import { getTokenDecoder } from '@solana-program/token';
import type { Address, ReadonlyUint8Array } from '@solana/kit';
import { walletOf } from './account';
import type { Snapshot } from './snapshot';

/** Of a vault's account: its market. */
const VAULT_MARKET_AT = 8;
/** Epochs that are shown and in which claims are looked for; older ones stay on chain. */
const EPOCHS_SHOWN = 24;
/** A token account's own fields, without the extensions of Token-2022. */
export const TOKEN_LEN = 165;

export const [OPEN, AUCTION, LIVE, TURNED] = [0, 1, 2, 3] as const;
export const [COMMITTED, REVEALED, SETTLED] = [0, 1, 2] as const;

/** One owner's part in one epoch. */
export type Part = { deposit: vault.Deposit | undefined; withdrawal: vault.Withdrawal | undefined; bid: vault.Bid | undefined; bidAddress: Address };

export type EpochView = vault.Epoch & { address: Address; part: Part | undefined };

export type VaultView = {
  keys: VaultKeys;
  vault: vault.Vault;
  /** What backs the shares; undefined where it cannot be read. */
  trading: Holdings | undefined;
  /** The current one first. */
  epochs: readonly EpochView[];
  /** In the owner's wallet. */
  shares: bigint;
};

export const shareWalletOf = ({ shareMint }: VaultKeys, owner: Address): Promise<Address> => walletOf(owner, shareMint, TOKEN_2022);

export async function vaultsRead(connection: Connection, { market, marketAddress, holder }: Snapshot): Promise<VaultView[]> {
  const found = await findAccounts(connection, vault.VAULT_PROGRAM_ADDRESS, vault.VAULT_DISCRIMINATOR, [{ at: VAULT_MARKET_AT, address: marketAddress }]);
  const views = await Promise.all(
    found.map(async ({ data }) => {
      const held = vault.getVaultDecoder().decode(data);
      return vaultRead(connection, { market: marketAddress, ...market }, held, holder?.owner);
    }),
  );
  return views.sort((left, right) => left.vault.id - right.vault.id);
}

type Places = { epoch: Address; deposit?: Address; withdrawal?: Address; bid?: Address };

async function vaultRead(
  connection: Connection,
  of: { market: Address; baseMint: Address; quoteMint: Address; feed: Address },
  held: vault.Vault,
  owner: Address | undefined,
): Promise<VaultView> {
  const { market, baseMint, quoteMint, feed } = of;
  const keys = await vaultKeys({ market, baseMint, quoteMint, feed }, held.id, held.kind);
  const first = held.epoch >= BigInt(EPOCHS_SHOWN) ? held.epoch - BigInt(EPOCHS_SHOWN) + 1n : 0n;
  const numbers = Array.from({ length: Number(held.epoch - first) + 1 }, (_, at) => held.epoch - BigInt(at));
  const places = await Promise.all(
    numbers.map(async (number): Promise<Places> => {
      const epoch = await epochAddress(keys.vault, number);
      if (owner === undefined) return { epoch };
      return { epoch, deposit: await depositAddress(epoch, owner), withdrawal: await withdrawalAddress(epoch, owner), bid: await bidAddress(epoch, owner) };
    }),
  );
  const wallet = owner && (await shareWalletOf(keys, owner));
  const asked = [keys.tradingAccount, wallet, ...places.flatMap(({ epoch, deposit, withdrawal, bid }) => [epoch, deposit, withdrawal, bid])];
  const read = await readAccounts(connection, asked.filter((each) => each !== undefined));
  const trading = read.get(keys.tradingAccount);
  const tokens = wallet && read.get(wallet);
  return {
    keys,
    vault: held,
    trading: trading && holdingsOfBytes(Uint8Array.from(trading)),
    epochs: places.flatMap((place) => epochView(place, read)),
    shares: tokens ? getTokenDecoder().decode(tokens.slice(0, TOKEN_LEN)).amount : 0n,
  };
}

function epochView({ epoch, deposit, withdrawal, bid }: Places, read: ReadonlyMap<Address, ReadonlyUint8Array>): EpochView[] {
  const data = read.get(epoch);
  if (data === undefined) return [];
  const bytes = (at: Address | undefined) => (at === undefined ? undefined : read.get(at));
  const [ofDeposit, ofWithdrawal, ofBid] = [bytes(deposit), bytes(withdrawal), bytes(bid)];
  const part = bid && {
    deposit: ofDeposit && vault.getDepositDecoder().decode(ofDeposit),
    withdrawal: ofWithdrawal && vault.getWithdrawalDecoder().decode(ofWithdrawal),
    bid: ofBid && vault.getBidDecoder().decode(ofBid),
    bidAddress: bid,
  };
  return [{ ...vault.getEpochDecoder().decode(data), address: epoch, part }];
}

/** Where an epoch stands, by its state and the clock. */
export type Phase = 'open' | 'commit' | 'reveal' | 'clear' | 'live' | 'expired' | 'turned';

export function phaseOf(epoch: vault.Epoch, unixS: bigint): Phase {
  switch (epoch.state) {
    case OPEN:
      return 'open';
    case AUCTION:
      return unixS < epoch.commitEndsUnixS ? 'commit' : unixS < epoch.revealEndsUnixS ? 'reveal' : 'clear';
    case LIVE:
      return unixS < epoch.expiryUnixS || epoch.soldLots === 0n ? 'live' : 'expired';
    default:
      return 'turned';
  }
}

/** Once the result can be known, nobody joins or leaves at the epoch's price. */
export const isCutOff = (epoch: vault.Epoch, unixS: bigint) => epoch.state === LIVE && epoch.soldLots > 0n && unixS >= epoch.expiryUnixS;

const E12 = 1_000_000_000_000n;
/** Atoms of the vault's token that shares are worth at a price, rounded down. */
export const worthOf = (shares: bigint, sharePriceE12: bigint) => (shares * sharePriceE12) / E12;

export type Yield = {
  /** Of each epoch that has turned, oldest first: change of the share price after fees. */
  epochs: readonly { number: bigint; change: number | undefined }[];
  /** From the first turn shown to the last; undefined before two turns. */
  total: number | undefined;
  seconds: number;
};

/** What shares have really gained or lost, from the prices that turns have fixed. Nothing is projected. */
export function realisedYield(epochs: readonly EpochView[]): Yield {
  const turned = epochs.filter(({ state, sharePriceE12 }) => state === TURNED && sharePriceE12 > 0n).reverse();
  const changes = turned.map((epoch, at) => {
    const before = turned[at - 1];
    return { number: epoch.number, change: before && Number(epoch.sharePriceE12) / Number(before.sharePriceE12) - 1 };
  });
  const [first, last] = [turned[0], turned.at(-1)];
  if (first === undefined || last === undefined || first === last) return { epochs: changes, total: undefined, seconds: 0 };
  return { epochs: changes, total: Number(last.sharePriceE12) / Number(first.sharePriceE12) - 1, seconds: Number(last.turnedUnixS - first.turnedUnixS) };
}
