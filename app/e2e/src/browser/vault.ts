import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bidAddress, epochAddress, vault } from '@bastion/client';
import { base, decimal } from '@bastion/demo/lib/numbers';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { CLOCK_MS, enabled, go, press, shoot, stage, toast } from './stage.js';
import { heldOnChain } from './trade.js';

const DEPOSIT = base(20);
const LOTS = 100n;

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
    await optionVault.auctionOpen(cast.keeper, expiryUnixS);
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

    await press(tab, 'Reveal your bid', 'Your bid is revealed', CLOCK_MS);
    assert.equal((await bid()).priceE6, (reservePriceE6 * 15n) / 10n);
    await shoot(tab, 'vaults-revealed-desktop');

    await press(tab, 'Clear the auction', 'The auction is cleared', CLOCK_MS);
    await press(tab, 'Take delivery and what is left of the escrow', 'Your bid is settled');
    const { clearingPriceE6, premiumAtoms, soldLots } = await epochOf(1n);
    assert.equal(soldLots, LOTS);
    assert.equal(premiumAtoms, (clearingPriceE6 * LOTS + 9n) / 10n);
    // Premium and nothing else: the rest of the escrow is back to the atom.
    assert.equal(await tokensIn(chain, wallet), before - premiumAtoms);
    const held = (await heldOnChain()).positions.find((position) => position.expiryUnixS === expiryUnixS && position.strikeE6 === strikeE6 && position.isCall);
    assert.ok((held?.lots ?? 0n) >= LOTS);
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
