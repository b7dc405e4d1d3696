import { OptionVault, type Mandate } from '../lib/option-vault.js';
import { base, priceE6, showBase, showPrice, showQuote } from '../lib/numbers.js';
import { tokensIn, walletOf } from '../lib/tokens.js';
import type { Trading } from './market.js';

const DEPOSIT = base(50);
const ALICE_BID = { lots: 500n, priceE6: priceE6('2.60') };
const BOB_BID = { lots: 500n, priceE6: priceE6('2.10') };

export interface Vaulted extends Trading {
  readonly optionVault: OptionVault;
}

/** One epoch up to the sale; it settles with the rest. `epochS` must suit the expiry's distance. */
export async function vaultEpoch(trading: Trading, epochS: number): Promise<Vaulted> {
  const { report, chain, cast, exchange, expiryUnixS, quoteMint } = trading;
  report.begin(
    'A vault sells calls',
    'nobody manages the vault: strike, size and reserve follow from its mandate, and the best bid wins',
  );
  const mandate: Mandate = {
    strikeDistanceBps: 700,
    reservePremiumBps: 50,
    auctionS: Math.floor(epochS / 8),
    epochS,
    minDepositAtoms: base(1),
    capacityAtoms: base(1_000),
  };
  const optionVault = await OptionVault.create(exchange, cast.deployer, 0, mandate);
  await optionVault.deposit(cast.carol, DEPOSIT);
  report.ok(`carol deposits ${showBase(DEPOSIT)} SOL into a covered-call vault`);

  await optionVault.auctionOpen(cast.keeper, expiryUnixS);
  const offered = await optionVault.state();
  report.ok(
    `the auction offers ${offered.offeredLots} calls on ${showPrice(offered.strikeE6)}, reserve ${showPrice(offered.reservePriceE6, 6)}`,
  );
  const bobBefore = await tokensIn(chain, await walletOf(cast.bob.address, quoteMint));
  await optionVault.bid(cast.bob, BOB_BID.lots, BOB_BID.priceE6);
  await optionVault.bid(cast.alice, ALICE_BID.lots, ALICE_BID.priceE6);
  report.ok(
    `bob bids ${showPrice(BOB_BID.priceE6)}, alice bids ${showPrice(ALICE_BID.priceE6)}; both premiums are in escrow`,
  );

  await chain.until({ unixS: offered.auctionEndsUnixS }, report.countdown('the auction ends'));
  await optionVault.auctionClear(cast.keeper, cast.alice.address);
  const cleared = await optionVault.state();
  report.ok(`alice wins ${cleared.soldLots} lots and has paid the vault ${showQuote(cleared.premiumAtoms)} USDC`);
  for (const bidder of [cast.alice, cast.bob]) {
    await optionVault.bidRefund(cast.keeper, bidder.address);
  }
  const bobAfter = await tokensIn(chain, await walletOf(cast.bob.address, quoteMint));
  if (bobAfter !== bobBefore) {
    throw new Error(`bob lost the auction but not all his escrow came back: ${bobBefore - bobAfter} atoms are missing`);
  }
  report.ok('bob lost and has every atom of his escrow back');
  return { ...trading, optionVault };
}
