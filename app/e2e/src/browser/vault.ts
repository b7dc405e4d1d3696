import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TOKEN_2022, bidAddress, epochAddress, vault, vaultSeries } from '@bastion/client';
import { base, decimal } from '@bastion/demo/lib/numbers';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { findAssociatedTokenPda, getCreateAssociatedTokenIdempotentInstructionAsync, getTransferCheckedInstruction } from '@solana-program/token';
import { createKeyPairSignerFromPrivateKeyBytes, type Address } from '@solana/kit';
import type { Page } from 'playwright-core';
import { CLOCK_MS, burnerEnter, enabled, go, press, shoot, stage, tabOpen, toast } from './stage.js';
import { heldOnChain } from './trade.js';

const DEPOSIT = base(20);
const LOTS = 100n;

const [TOKEN_LOTS, PASSED_LOTS] = [50n, 20n];

let collecting: Collector | undefined;

/** A visitor without a margin account, who bids for tokens. */
export const collector = (): Collector => {
  if (collecting === undefined) throw new Error('nobody has bid for tokens');
  return collecting;
};

interface Collector {
  readonly tab: Page;
  readonly owner: Address;
  bid(): Promise<void>;
  reveal(): Promise<void>;
  collect(): Promise<void>;
  /** As any wallet passes tokens on. */
  pass(to: Address, mint: Address, lots: bigint): Promise<void>;
}

export async function tokenWallet(owner: Address, mint: Address): Promise<Address> {
  const [wallet] = await findAssociatedTokenPda({ owner, mint, tokenProgram: TOKEN_2022 });
  return wallet;
}

async function collectorEnter(): Promise<Collector> {
  const { browser, live, trading } = stage();
  const tab = await tabOpen(browser, live);
  const owner = await burnerEnter(tab);
  await go(tab, 'Vaults');
  const bid = async () => {
    const { reservePriceE6 } = await epochOf(1n);
    await tab.getByLabel('Lots').fill(`${TOKEN_LOTS}`);
    await tab.getByLabel('Price of a unit').fill(decimal(reservePriceE6 * 2n, 6, 6));
    await tab.getByText('Trading needs a margin account').waitFor();
    await tab.getByRole('button', { name: 'Tokens' }).click();
    await tab.getByText('Tokens in your wallet, one a lot').waitFor();
    await shoot(tab, 'vaults-bid-tokens-desktop');
    await tab.getByRole('button', { name: 'Commit a sealed bid' }).click();
    await tab.getByRole('heading', { name: 'Your bid in epoch 1' }).waitFor();
    await tab.getByText('tokens in your wallet, one a lot').waitFor();
  };
  const collect = async () => {
    await press(tab, 'Take delivery and what is left of the escrow', 'options as tokens in the portfolio');
    await go(tab, 'Portfolio');
    const panel = tab.getByRole('region', { name: 'Options as tokens' });
    await panel.getByText('tokens pay without one, after the expiry').waitFor();
    assert.ok(await panel.getByRole('button', { name: 'To my margin account' }).isDisabled());
    await shoot(tab, 'portfolio-tokens-desktop');
  };
  const pass = async (to: Address, mint: Address, amount: bigint) => {
    const stored = await tab.evaluate(() => (globalThis as unknown as Window).localStorage.getItem('bastion.burner') ?? '');
    const authority = await createKeyPairSignerFromPrivateKeyBytes(Uint8Array.from(Buffer.from(stored, 'hex')));
    const [source, destination] = [await tokenWallet(owner, mint), await tokenWallet(to, mint)];
    await trading.chain.send(authority, [
      await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: authority, owner: to, mint, tokenProgram: TOKEN_2022 }),
      getTransferCheckedInstruction({ source, mint, destination, authority, amount, decimals: 0 }, { programAddress: TOKEN_2022 }),
    ]);
  };
  collecting = { tab, owner, bid, reveal: () => press(tab, 'Reveal your bid', 'Your bid is revealed', CLOCK_MS), collect, pass };
  return collecting;
}

/** The state of the vault's epoch of this number. */
const epochOf = (number: bigint) => stage().optionVault.state(number);

describe('vault', { timeout: 900_000 }, () => {
  test('deposit_from_the_page_waits_for_the_turn_and_becomes_shares', async () => {
    const { tab, trading, optionVault, owner } = stage();
    await go(tab, 'Vaults');
    const deposit = tab.getByRole('button', { name: 'Deposit in the vault' });
    await tab.getByLabel('Deposit', { exact: true }).fill('51');
    await tab.getByText('Your wallet holds 50.0000 SOL').first().waitFor();
    assert.ok(await deposit.isDisabled());
    await tab.getByLabel('Deposit', { exact: true }).fill('20');
    await enabled(deposit);
    await deposit.click();
    await tab.getByText('Deposit of 20.0000 SOL waits for the turn of epoch 0').waitFor();
    assert.equal((await epochOf(0n)).depositAtoms, DEPOSIT);

    // Without shares there is nothing to sell: the first epoch turns at once.
    await optionVault.turn(trading.cast.keeper);
    await tab.getByRole('button', { name: 'Claim shares' }).click();
    await toast(tab, 'Shares of epoch 0 claimed');
    assert.equal(await optionVault.sharesOf(await owner()), (await epochOf(0n)).depositShares);
  });

  test('bid_sealed_revealed_cleared_and_delivered_from_the_page', async () => {
    const { tab, trading, optionVault, owner } = stage();
    const { chain, cast, expiryUnixS, quoteMint } = trading;
    const who = await owner();
    const wallet = await walletOf(who, quoteMint);
    const before = await tokensIn(chain, wallet);
    const collector = await collectorEnter();
    await optionVault.auctionOpen(cast.keeper, expiryUnixS);
    const tokenBid = collector.bid();
    const { strikeE6, reservePriceE6, offeredLots } = await epochOf(1n);
    await tab.getByLabel('Lots').fill(`${offeredLots + 1n}`);
    await tab.getByText(`Only ${offeredLots} lots are offered`).first().waitFor();
    await tab.getByLabel('Lots').fill(`${LOTS}`);
    await tab.getByLabel('Price of a unit').fill('0.000001');
    await tab.getByText('Below the reserve price').first().waitFor();
    const commit = tab.getByRole('button', { name: 'Commit a sealed bid' });
    assert.ok(await commit.isDisabled());
    await tab.getByLabel('Price of a unit').fill(decimal((reservePriceE6 * 15n) / 10n, 6, 6));
    await enabled(commit);
    await shoot(tab, 'vaults-bid-desktop');
    await commit.click();
    await tab.getByRole('heading', { name: 'Your bid in epoch 1' }).waitFor();
    const at = await bidAddress(await epochAddress(optionVault.keys.vault, 1n), who);
    const bid = async () => vault.getBidDecoder().decode(await chain.bytes(at));
    const sealed = await bid();
    assert.equal(sealed.priceE6, 0n, 'the chain knows the price of a sealed bid');
    assert.equal(await tokensIn(chain, wallet), before - sealed.escrowAtoms);
    await tokenBid;

    const tokenReveal = collector.reveal();
    await press(tab, 'Reveal your bid', 'Your bid is revealed', CLOCK_MS);
    assert.equal((await bid()).priceE6, (reservePriceE6 * 15n) / 10n);
    await shoot(tab, 'vaults-revealed-desktop');
    await tokenReveal;

    await press(tab, 'Clear the auction', 'The auction is cleared', CLOCK_MS);
    await press(tab, 'Take delivery and what is left of the escrow', 'Your bid is settled');
    const { clearingPriceE6, premiumAtoms, soldLots } = await epochOf(1n);
    assert.equal(soldLots, LOTS);
    assert.equal(premiumAtoms, (clearingPriceE6 * LOTS + 9n) / 10n);
    // Premium and nothing else: the rest of the escrow is back to the atom.
    assert.equal(await tokensIn(chain, wallet), before - premiumAtoms);
    const held = (await heldOnChain()).positions.find((position) => position.expiryUnixS === expiryUnixS && position.strikeE6 === strikeE6 && position.isCall);
    assert.ok((held?.lots ?? 0n) >= LOTS);

    // Each token is a lot, and whoever has it has the option.
    await collector.collect();
    const series = await vaultSeries(optionVault.keys, await epochOf(1n));
    const tokensOf = async (holder: Address) => tokensIn(chain, await tokenWallet(holder, series.mint));
    assert.equal(await tokensOf(collector.owner), TOKEN_LOTS);
    await go(tab, 'Portfolio');
    await collector.pass(who, series.mint, PASSED_LOTS);
    await press(tab, 'To my margin account', 'Your options are positions in your margin account');
    assert.equal(await tokensOf(who), 0n);
    assert.equal(await tokensOf(collector.owner), TOKEN_LOTS - PASSED_LOTS);
    const after = (await heldOnChain()).positions.find((position) => position.expiryUnixS === expiryUnixS && position.strikeE6 === strikeE6 && position.isCall);
    assert.equal(after?.lots, (held?.lots ?? 0n) + PASSED_LOTS);
    await go(tab, 'Vaults');
  });

  test('withdrawal_is_requested_and_can_be_taken_back_before_the_result_is_known', async () => {
    const { tab, optionVault } = stage();
    await tab.getByRole('group', { name: 'Direction' }).getByRole('button', { name: 'Withdraw' }).click();
    const request = async (shares: string) => {
      await tab.getByLabel('Shares to leave with').fill(shares);
      const button = tab.getByRole('button', { name: 'Request the withdrawal' });
      await enabled(button);
      await button.click();
    };
    await request('3');
    await tab.getByRole('button', { name: 'Keep them' }).click();
    await toast(tab, '3.000 shares stay');
    assert.equal((await epochOf(optionVault.epoch)).withdrawShares, 0n);
    await request('5');
    await tab.getByText('5.000 shares leave at the turn of epoch 1').waitFor();
    await shoot(tab, 'vaults-desktop');
  });
});
