/** `bastion vault` as a depositor uses it, while anybody turns the epochs. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { COVERED_CALL } from '@bastion/client';
import { OptionVault, mandateOf } from '@bastion/demo/lib/option-vault';
import { base } from '@bastion/demo/lib/numbers';
import { tokensIn, walletOf } from '@bastion/demo/lib/tokens';
import { asked, run } from './command.js';
import { scene } from './scene.js';

const EPOCH_S = 60;
const MANDATE = mandateOf({ auctionS: EPOCH_S / 8, epochS: EPOCH_S, performanceBps: 0 });

interface Vaults {
  readonly vaults: readonly {
    address: string;
    shares: number;
    epochs: { number: number; state: string; deposit_atoms: number; withdraw_shares: number; yield_e6: number | null }[];
  }[];
}

let optionVault: OptionVault;

describe('command line of depositors', () => {
  before(async () => {
    const { exchange, cast } = scene();
    optionVault = await OptionVault.create(exchange, cast.deployer, 0, COVERED_CALL, MANDATE);
  });

  test('deposit_waits_for_the_turn_and_claim_brings_shares', async () => {
    const { cast } = scene();
    await run('carol', 'vault', 'deposit', '7');
    assert.match(await run('carol', 'vault', 'cancel'), /^epoch 0: the deposit of 7 is back/);
    assert.match(await run('carol', 'vault', 'deposit', '10'), /^10 wait for the turn of epoch 0/);
    const waiting = (await asked<Vaults>('carol', 'vault')).vaults[0];
    assert.equal(waiting?.epochs[0]?.deposit_atoms, Number(base(10)));
    assert.match(await run('carol', 'vault'), /waiting for the turn: 10 in, 0 shares out/);
    assert.match(await run('carol', 'vault', 'claim'), /^nothing to do/);
    await optionVault.turn(cast.keeper);
    assert.match(await run('carol', 'vault', 'claim'), /^epoch 0: 10 shares for the deposit of 10/);
    const turned = (await asked<Vaults>('carol', 'vault')).vaults[0];
    assert.equal(BigInt(turned?.shares ?? 0), await optionVault.sharesOf(cast.carol.address));
    assert.match(await run('carol', 'vault', 'claim'), /^nothing to do/);
  });

  test('withdrawal_at_the_next_turn_pays_what_the_shares_are_worth', async () => {
    const { chain, cast, baseMint } = scene();
    const wallet = await walletOf(cast.carol.address, baseMint);
    const before = await tokensIn(chain, wallet);
    const shares = await optionVault.sharesOf(cast.carol.address);
    await assert.rejects(run('carol', 'vault', 'withdraw', '0'), /code 1: /);
    await run('carol', 'vault', 'withdraw', `${shares / 10n ** 12n}.${`${shares % 10n ** 12n}`.padStart(12, '0')}`);
    assert.equal(await optionVault.sharesOf(cast.carol.address), 0n);
    // Nothing was sold: the epoch turns when it is as old as the mandate says.
    const { unixS } = await chain.now();
    await chain.until({ unixS: unixS + BigInt(EPOCH_S) }, () => undefined);
    await optionVault.turn(cast.keeper);
    // Shares are worth what they are rounded down: the vault keeps the atom.
    assert.match(await run('carol', 'vault', 'claim'), /^epoch 1: 9\.999999999 of base and 0 of quote for 10 shares/);
    assert.equal(await tokensIn(chain, wallet), before + base(10) - 1n);
    const text = await run('carol', 'vault');
    assert.match(text, /^covered-call vault 0 of SOL: /);
    assert.match(text, /realised\n/);
    const { epochs } = (await asked<Vaults>('carol', 'vault')).vaults[0] ?? { epochs: [] };
    assert.deepEqual(epochs.map(({ state }) => state), ['settled', 'settled', 'open']);
    assert.deepEqual(epochs.map(({ yield_e6 }) => yield_e6), [null, 0, null]);
  });
});
