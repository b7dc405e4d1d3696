import { breaker, brakeAddress } from '@bastion/client';
import { Council } from '../lib/council.js';
import { actionDecode } from '../lib/deploy.js';
import { priceE6 } from '../lib/numbers.js';
import { refused } from '../lib/refusal.js';
import { CALL } from './trades.js';
import type { Trading } from './market.js';

const CLOSE_ONLY = 2;
const NORMAL = 0;
const CLOSED_LOTS = 40n;
/** A risk-increasing change needs four of seven. */
const APPROVALS = 4;

/** A guardian pulls the brake; the council lets it go. */
export async function brake({ report, chain, cast, exchange, expiryUnixS }: Trading): Promise<void> {
  report.begin(
    'The brake',
    'one guardian stops new risk at once and can do no more; exits stay open; only the council can let go, with a delay',
  );
  const guardian = cast.council[6]!;
  const brakeAccount = await brakeAddress();
  await chain.send(guardian, [
    breaker.getGuardianRaiseInstruction({ guardian, brake: brakeAccount, level: CLOSE_ONLY }),
  ]);
  report.ok('a guardian raises the level to 2, close only');

  const more = await exchange.quote(cast.maker, {
    ...CALL,
    expiryUnixS,
    priceE6: priceE6('7.00'),
    side: 'sell',
    nonce: 3n,
    maxLots: 10n,
  });
  report.refused('bob buying a new call', await refused('LevelForbids', () => exchange.fill(cast.bob, more, 10n)));
  const back = await exchange.quote(cast.maker, {
    ...CALL,
    expiryUnixS,
    priceE6: priceE6('5.90'),
    side: 'buy',
    nonce: 4n,
    maxLots: CLOSED_LOTS,
  });
  await exchange.fill(cast.alice, back, CLOSED_LOTS);
  report.ok(`alice sells ${CLOSED_LOTS} of her lots back to the maker: closing is allowed`);

  const council = new Council(chain, cast.council);
  const proposal = await council.relaxPropose(NORMAL);
  await proposalShow(council, proposal, report);
  await council.approve(proposal, APPROVALS);
  const execute = await council.relaxExecuteInstruction(proposal);
  const ready = await council.queue(proposal, cast.keeper);
  report.ok(`${APPROVALS} of ${cast.council.length} members approve; queued`);
  report.refused(
    'executing before the delay',
    await refused('SecondsRemain', () => chain.send(cast.keeper, [execute])),
  );
  await chain.until(ready, report.countdown('the delay of two days, scaled'));
  await chain.send(cast.keeper, [execute]);
  const { level } = breaker.getBrakeDecoder().decode(await chain.bytes(brakeAccount));
  if (level !== NORMAL) {
    throw new Error(`the brake is still at level ${level}`);
  }
  await exchange.fill(cast.bob, more, 10n);
  report.ok('the brake is at level 0 again, and the very quote that was refused fills');
}

/** What is voted on, in words that the command-line client reads out of the bytes. */
export async function proposalShow(
  council: Council,
  proposal: { id: bigint; address: never } | Parameters<Council['state']>[0],
  report: Trading['report'],
): Promise<void> {
  const { action, actionLen, id } = await council.state(proposal);
  for (const line of await actionDecode(Uint8Array.from(action.slice(0, actionLen)), id)) {
    report.note(line);
  }
}
