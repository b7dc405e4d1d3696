import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { margin, oracle, portfolioAccounts, simulate, type Holdings, type Simulation } from '@bastion/client';
import { engine } from '@bastion/demo/lib/standard-margin';
import { SCALE } from '@bastion/demo/lib/exchange';
import { address, type Address } from '@solana/kit';
import { enabled, go, press, stage } from './stage.js';
import { chooseExpiry, figure, usd } from './trade.js';

const CLOCK = address('SysvarC1ock11111111111111111111111111111111');
const PORTFOLIO = 1;

/** The chain's own view of an account, and the engine's from the accounts that the view read, all of one slot. */
async function bothViews(account: Address): Promise<{ chain: margin.MarginView; holdings: Holdings; read: Simulation; spotE6: bigint; portfolio: ReturnType<typeof engine.portfolioMargin> }> {
  const { trading } = stage();
  const { chain, exchange, cast } = trading;
  const held = margin.getMarginAccountDecoder().decode(await chain.bytes(account));
  const shown = await portfolioAccounts({ ...held, mode: PORTFOLIO }, exchange.parts.feed);
  const view = margin.getViewMarginInstruction({ market: exchange.market, account, feed: exchange.parts.feed });
  const others = shown.map((meta) => meta.address);
  const watch = [exchange.market, exchange.parts.feed, account, CLOCK, ...others];
  const read = await simulate(chain.connection, cast.keeper.address, [{ ...view, accounts: [...view.accounts, ...shown] }], watch);
  const bytes = (at: Address) => read.accounts.get(at)!;
  const half = others.length / 2;
  const expiries = others.slice(0, half).map((at, index) => ({ expiry: bytes(at), surface: bytes(others[half + index]!) }));
  const state = margin.getMarginAccountDecoder().decode(bytes(account));
  const market = margin.getMarketDecoder().decode(bytes(exchange.market));
  const { priceE6 } = oracle.getFeedDecoder().decode(bytes(exchange.parts.feed));
  const now = new DataView(Uint8Array.from(bytes(CLOCK)).buffer).getBigInt64(32, true);
  const positions = state.positions.filter(({ kind }) => kind !== 0).map(({ expiryUnixS, strikeE6, kind, lots }) => ({ expiryUnixS, strikeE6, isCall: kind === 1, lots }));
  const holdings = { quoteAtoms: engine.balanceNow(state.quoteAtoms, state, market)!, baseAtoms: state.baseAtoms, positions };
  const portfolio = engine.portfolioMargin({ market: bytes(exchange.market), feed: bytes(exchange.parts.feed), expiries }, holdings, priceE6, now);
  return { chain: margin.getMarginViewDecoder().decode(read.returned!), holdings, read, spotE6: priceE6, portfolio };
}

const amount = (text: string) => Number(text.replace(/,/g, '').replace('−', '-'));

describe('preview', { timeout: 600_000 }, () => {
  test('margin_of_both_modes_is_the_chains_view_to_the_atom', async () => {
    const { trading, owner } = stage();
    const { exchange, cast } = trading;
    for (const who of [await owner(), cast.maker.address]) {
      const { chain, holdings, spotE6, portfolio } = await bothViews(await exchange.accountOf(who));
      assert.ok(holdings.positions.length >= 3, 'too small a book to say anything');
      assert.equal(chain.portfolioError, 0);
      const standard = engine.standardMargin(holdings, spotE6, SCALE);
      assert.deepEqual([standard?.initial, standard?.maintenance], [chain.standardImAtoms, chain.standardMmAtoms]);
      assert.deepEqual([portfolio?.mtm, portfolio?.initial, portfolio?.maintenance], [chain.portfolioMtmAtoms, chain.portfolioImAtoms, chain.portfolioMmAtoms]);
      assert.equal(portfolio?.staleMinutes, BigInt(chain.staleMinutes));
      assert.notEqual(portfolio?.initial, standard?.initial, 'the two modes do not differ: nothing is compared');
    }
  });

  test('ticket_in_portfolio_mode_promises_the_margin_that_the_chain_then_has', async () => {
    const { tab, trading, owner } = stage();
    await go(tab, 'Portfolio');
    await press(tab, 'Use portfolio margin', 'Portfolio margin from now on');
    await tab.locator('.pill', { hasText: 'Portfolio margin' }).waitFor();
    await go(tab, 'Chain');
    await chooseExpiry(1);
    await tab.getByRole('button', { name: /^Sell the call 170 / }).click();
    await tab.getByLabel('Size').fill('10');
    const after = tab.locator('[data-margin="initial-after"]');
    await figure(after);
    const sell = tab.getByRole('button', { name: 'Sell 1 × 170 call' });
    await enabled(sell);
    const promised = amount(await after.innerText());
    await press(tab, 'Sell 1 × 170 call', 'Sold 1 × 170 call');
    const { chain } = await bothViews(await trading.exchange.accountOf(await owner()));
    // Options lose value by the second: the promise and the fill are some seconds apart.
    const then = amount(usd(chain.portfolioImAtoms));
    assert.ok(Math.abs(promised - then) < 0.5, `promised ${promised}, the chain has ${then}`);
    await go(tab, 'Portfolio');
    await press(tab, 'Use standard margin', 'Standard margin from now on');
  });
});
