import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { breaker, brakeAddress } from '@bastion/client';
import { Council } from '@bastion/demo/lib/council';
import { priceE6 } from '@bastion/demo/lib/numbers';
import { refused } from '@bastion/demo/lib/refusal';
import { nextNonce, scene } from './scene.js';

const CLOSE_ONLY = 2;
const NORMAL = 0;
const LOTS = 12n;

describe('brake', () => {
  test('guardian_raise_to_close_only_refuses_new_risk_and_keeps_closing_until_the_council_relaxes', async () => {
    const { chain, cast, exchange, expiryUnixS } = scene();
    const terms = {
      expiryUnixS,
      strikeE6: priceE6(170),
      priceE6: priceE6('2.20'),
      kind: 'call',
      maxLots: LOTS,
    } as const;
    await exchange.fill(
      cast.alice,
      await exchange.quote(cast.maker, { ...terms, side: 'sell', nonce: nextNonce() }),
      LOTS,
    );

    const guardian = cast.council[0]!;
    const brake = await brakeAddress();
    await chain.send(guardian, [breaker.getGuardianRaiseInstruction({ guardian, brake, level: CLOSE_ONLY })]);
    const more = await exchange.quote(cast.maker, { ...terms, side: 'sell', nonce: nextNonce() });
    await refused('LevelForbids', () => exchange.fill(cast.alice, more, LOTS));
    const back = await exchange.quote(cast.maker, { ...terms, side: 'buy', nonce: nextNonce() });
    await exchange.fill(cast.alice, back, LOTS);

    const council = new Council(chain, cast.council);
    const proposal = await council.relaxPropose(NORMAL);
    await council.approve(proposal, 3);
    await refused('ApprovalsMissing', () => council.queue(proposal, cast.keeper));
    await council.approve(proposal, 4, 3);
    const ready = await council.queue(proposal, cast.keeper);
    const execute = await council.relaxExecuteInstruction(proposal);
    await refused('SecondsRemain', () => chain.send(cast.keeper, [execute]));
    await chain.until(ready);
    await chain.send(cast.keeper, [execute]);
    assert.equal(breaker.getBrakeDecoder().decode(await chain.bytes(brake)).level, NORMAL);
    await exchange.fill(cast.alice, more, LOTS);
  });

  test('guardian_raise_by_anyone_else_fails_not_guardian', async () => {
    const { chain, cast } = scene();
    const raise = breaker.getGuardianRaiseInstruction({
      guardian: cast.bob,
      brake: await brakeAddress(),
      level: CLOSE_ONLY,
    });
    await refused('NotGuardian', () => chain.send(cast.bob, [raise]));
  });
});
