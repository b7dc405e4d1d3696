import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { breaker, brakeAddress, holdingsOf, margin, relayPost, signQuote, type Holdings } from '@bastion/client';
import { Council } from '@bastion/demo/lib/council';
import { decimal, priceE6 } from '@bastion/demo/lib/numbers';
import { engine } from '@bastion/demo/lib/standard-margin';
import { SCALE } from '@bastion/demo/lib/exchange';
import { burnerEnter, enabled, go, press, shoot, stage, until } from './stage.js';

const CLOSE_ONLY = 2;
const NORMAL = 0;
/** Some seconds: time to choose it, and to see it go. */
const LIFE_SLOTS = 80n;
const CALL = { strike: '160', kind: 'call' } as const;

/** What the chain says the trader holds. */
export async function heldOnChain(): Promise<Holdings> {
  const { trading, owner } = stage();
  const bytes = await trading.chain.bytes(await trading.exchange.accountOf(await owner()));
  return holdingsOf(margin.getMarginAccountDecoder().decode(bytes));
}

const lotsOf = ({ positions }: Holdings, strike: string, isCall: boolean, expiryUnixS: bigint) =>
  positions.find((position) => position.strikeE6 === priceE6(strike) && position.isCall === isCall && position.expiryUnixS === expiryUnixS)?.lots ?? 0n;

export const usd = (atoms: bigint) => decimal(atoms, 6, 2).replace('-', '−');

describe('trading', { timeout: 600_000 }, () => {
  test('account_open_with_a_first_deposit_from_the_page', async () => {
    const { tab, trading, owner } = stage();
    const entered = await burnerEnter(tab);
    await tab.evaluate((at) => (globalThis as unknown as Window).localStorage.setItem('e2e.owner', at), entered);
    await go(tab, 'Portfolio');
    // More than the wallet holds: said, and nothing can be sent.
    await tab.getByLabel('First deposit').fill('30000');
    await tab.getByText('Your wallet holds 25,000.00 USDC').first().waitFor();
    assert.ok(await tab.getByRole('button', { name: 'Open an account' }).isDisabled());
    await tab.getByLabel('First deposit').fill('2000');
    await tab.getByRole('button', { name: 'Open an account' }).click();
    await tab.getByText('Your margin account is open').waitFor();
    await tab.getByText('No positions').waitFor();
    assert.equal((await heldOnChain()).quoteAtoms, priceE6(2_000));
    assert.ok(await trading.chain.account(await trading.exchange.accountOf(await owner())));
  });

  test('call_bought_from_a_signed_quote_and_margin_after_it_is_the_chains_to_the_cent', async () => {
    const { tab, live, trading } = stage();
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: /^Sell the call 160 / }).click();
    await tab.getByLabel('Size').fill('20');
    const after = tab.locator('[data-margin="initial-after"]');
    await figure(after);
    await shoot(tab, 'chain-ticket-desktop');
    const promised = await after.innerText();
    await press(tab, 'Sell 2 × 160 call', 'Sold 2 × 160 call');
    const held = await heldOnChain();
    assert.equal(lotsOf(held, CALL.strike, true, live.expiries[1]!), -20n);
    const margined = engine.standardMargin(held, await trading.keeper.price(), SCALE);
    assert.equal(promised, usd(margined!.initial), 'the page promised another margin than the chain now has');

    // Back, and then long: what was asked for.
    await tab.getByRole('button', { name: /^Buy the call 160 / }).click();
    await tab.getByLabel('Size').fill('35');
    await press(tab, 'Buy 3.5 × 160 call', 'Bought 3.5 × 160 call');
    assert.equal(lotsOf(await heldOnChain(), CALL.strike, true, live.expiries[1]!), 15n);
  });

  test('call_of_the_nearest_expiry_is_bought_to_be_settled_later', async () => {
    const { tab, trading } = stage();
    await go(tab, 'Chain');
    await tab.getByRole('group', { name: 'Expiry' }).getByRole('button').first().click();
    await tab.getByRole('button', { name: /^Buy the call 150 / }).click();
    await tab.getByLabel('Size').fill('10');
    await press(tab, 'Buy 1 × 150 call', 'Bought 1 × 150 call');
    assert.equal(lotsOf(await heldOnChain(), '150', true, trading.expiryUnixS), 10n);
  });

  test('put_spread_package_sold_whole', async () => {
    const { tab, live } = stage();
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: 'Put spread, sold' }).click();
    await tab.getByLabel('Size').fill('10');
    await press(tab, /^Trade 1 × 2 legs/, 'Traded 1 × 2 legs');
    const held = await heldOnChain();
    assert.equal(lotsOf(held, '155', false, live.expiries[1]!), -10n);
    assert.equal(lotsOf(held, '150', false, live.expiries[1]!), 10n);
  });

  test('portfolio_shows_positions_scenarios_and_liquidation', async () => {
    const { tab } = stage();
    await go(tab, 'Portfolio');
    await tab.locator('[data-position="160 call"]').waitFor();
    await tab.getByRole('heading', { name: 'Scenarios' }).waitFor();
    await shoot(tab, 'portfolio-desktop');
  });

  test('breaker_trip_disables_the_ticket_with_the_reason_and_leaves_close_enabled', async () => {
    const { tab, trading, live } = stage();
    const { chain, cast } = trading;
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: /^Buy the call 165 / }).click();
    await tab.getByLabel('Size').fill('10');
    const buy = tab.getByRole('button', { name: 'Buy 1 × 165 call' });
    await enabled(buy);
    const guardian = cast.council[0]!;
    await chain.send(guardian, [breaker.getGuardianRaiseInstruction({ guardian, brake: await brakeAddress(), level: CLOSE_ONLY })]);
    await tab.getByText('The protocol is at level 2 (close only), raised by a guardian').waitFor();
    assert.ok(await buy.isDisabled());
    await shoot(tab, 'chain-tripped-desktop');

    await go(tab, 'Portfolio');
    await tab.getByRole('button', { name: 'Close 160 call' }).click();
    await press(tab, 'Close 1.5 × 160 call', 'Closed 1.5 × 160 call');
    assert.equal(lotsOf(await heldOnChain(), CALL.strike, true, live.expiries[1]!), 0n);

    const council = new Council(chain, cast.council);
    const proposal = await council.relaxPropose(NORMAL);
    await council.approve(proposal, 4);
    const ready = await council.queue(proposal, cast.keeper);
    await chain.until(ready);
    await chain.send(cast.keeper, [await council.relaxExecuteInstruction(proposal)]);
    await tab.getByText('L0 Normal').first().waitFor();
  });

  test('quote_gone_stale_says_so_and_sends_nothing', async () => {
    const { tab, trading, live } = stage();
    const { chain, exchange, cast } = trading;
    const { slot } = await chain.now();
    // A strike that no other quote is for.
    const leg = { expiryUnixS: live.expiries[1]!, strikeE6: priceE6(230), priceE6: priceE6('0.05'), kind: 'call', side: 'sell', ratio: 1 } as const;
    const signed = await signQuote(
      { market: exchange.market, makerAccount: await exchange.accountOf(cast.maker.address), genesisHash: chain.genesisHash, nonce: 2n ** 62n, maxPackages: 100n, minFillPackages: 1n, expirySlot: slot + LIFE_SLOTS, legs: [leg] },
      cast.maker,
    );
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: 'All 32 strikes' }).click();
    assert.deepEqual(await relayPost(live.relay.url, [signed]), [undefined]);
    await tab.getByRole('button', { name: /^Buy the call 230 / }).click();
    await tab.getByText('The quote is gone and no other maker quotes this now').waitFor();
    assert.ok(await tab.getByRole('button', { name: /^Buy .* × 230 call/ }).isDisabled());
  });
});

/** The live expiries by number, after the one that passes during the suite. */
export async function chooseExpiry(number: number): Promise<void> {
  const { tab, live } = stage();
  const tabs = tab.getByRole('group', { name: 'Expiry' }).getByRole('button');
  const count = await tabs.count();
  await tabs.nth(count - live.expiries.length + number).click();
}

/** Waits until a cell holds a number. */
export async function figure(cell: { innerText(): Promise<string> }): Promise<void> {
  await until(async () => /\d/.test(await cell.innerText()), 'no figure appeared');
}
