import { COVERED_CALL, boardAddress, configAddress, oracle, sealedBid } from '@bastion/client';
import { OptionVault, mandateOf } from '../lib/option-vault.js';
import { base, decimal, showBase, showPrice, showQuote } from '../lib/numbers.js';
import { tokensIn, walletOf } from '../lib/tokens.js';
import type { Trading } from './market.js';

const DEPOSIT = base(50);
const SHARE_DECIMALS = 12;
/** Lots, and the price in percent of the reserve. */
const ALICE_BID = { lots: 300n, percent: 190n };
const BOB_BID = { lots: 500n, percent: 140n };
/** What the publishers post: time is scaled here, and so is what it does to prices. */
const VOL = 0.99;
/** Total volatility at each listed strike may move by this much a bucket, in basis points. */
const MOVE_BPS = 10_000;

export interface Vaulted extends Trading {
  readonly optionVault: OptionVault;
}

/** One epoch up to the sale; it turns with the rest. `epochS` must suit the expiry's distance. */
export async function vaultEpoch(trading: Trading, epochS: number): Promise<Vaulted> {
  const { report, chain, cast, exchange, expiryUnixS, quoteMint, feed } = trading;
  report.begin(
    'A vault sells calls',
    'nobody manages the vault: strike, size and reserve follow from its mandate, bids are sealed, and all who are served pay one price',
  );
  const publishers = [cast.deployer, cast.maker];
  await chain.send(cast.keeper, [
    oracle.getBoardCreateInstruction({
      payer: cast.keeper,
      authority: cast.deployer,
      config: await configAddress('oracle'),
      feed,
      board: await boardAddress(feed),
      threshold: publishers.length,
      moveBps: MOVE_BPS,
      publishers: publishers.map(({ address }) => address),
    }),
  ]);
  // Two sigmas: the calls end worthless at the demo's last price.
  const mandate = mandateOf({ auctionS: Math.floor(epochS / 8), epochS });
  const optionVault = await OptionVault.create(exchange, cast.deployer, 0, COVERED_CALL, mandate);
  await optionVault.deposit(cast.carol, DEPOSIT);
  await optionVault.turn(cast.keeper);
  const shares = await optionVault.depositClaim(cast.carol, 0n);
  report.ok(
    `carol deposits ${showBase(DEPOSIT)} SOL into a covered-call vault and holds ${decimal(shares, SHARE_DECIMALS, 3)} shares`,
  );

  await optionVault.surfacePost(cast.keeper, publishers, expiryUnixS, VOL);
  await optionVault.auctionOpen(cast.keeper, expiryUnixS);
  const offered = await optionVault.state();
  report.ok(
    `the auction offers ${offered.offeredLots} calls on ${showPrice(offered.strikeE6)}, reserve ${showPrice(offered.reservePriceE6, 6)}`,
  );
  const bobBefore = await tokensIn(chain, await walletOf(cast.bob.address, quoteMint));
  const bidders = [
    { who: cast.alice, name: 'alice', ...ALICE_BID },
    { who: cast.bob, name: 'bob', ...BOB_BID },
  ].map((bid) => ({ ...bid, sealed: sealedBid(bid.lots, (offered.reservePriceE6 * bid.percent) / 100n) }));
  for (const { who, sealed } of bidders) {
    await optionVault.bid(who, sealed);
  }
  report.ok(`alice bids for ${ALICE_BID.lots} lots, bob for ${BOB_BID.lots}: sealed, behind one flat escrow a lot`);

  await chain.until({ unixS: offered.commitEndsUnixS }, report.countdown('the commits end'));
  for (const { who, name, sealed } of bidders) {
    await optionVault.reveal(cast.keeper, who.address, sealed);
    report.ok(`${name} reveals ${showPrice(sealed.priceE6, 6)}`);
  }
  await chain.until({ unixS: offered.revealEndsUnixS }, report.countdown('the auction ends'));
  await optionVault.auctionClear(cast.keeper);
  for (const { who, name } of bidders) {
    const { filledLots } = await optionVault.bidSettle(cast.keeper, who.address);
    report.ok(`${name} gets ${filledLots} lots`);
  }
  const cleared = await optionVault.state();
  report.ok(
    `both pay ${showPrice(cleared.clearingPriceE6, 6)}; the vault has sold ${cleared.soldLots} lots for ${showQuote(cleared.premiumAtoms)} USDC`,
  );
  const bobAfter = await tokensIn(chain, await walletOf(cast.bob.address, quoteMint));
  const bobPaid = (cleared.clearingPriceE6 * (cleared.soldLots - ALICE_BID.lots) + 9n) / 10n;
  if (bobBefore - bobAfter !== bobPaid) {
    throw new Error(`bob was served for ${bobPaid} atoms, but ${bobBefore - bobAfter} are gone from his wallet`);
  }
  report.ok('what the escrows held beyond that is back, to the atom');
  await optionVault.withdraw(cast.carol, await optionVault.sharesOf(cast.carol.address));
  report.ok('carol asks to leave: before the result can be known, at the price of the turn');
  return { ...trading, optionVault };
}
