// Addresses from the seeds of `crates/abi` against those that the programs' own account constraints give.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, type Address, type ProgramDerivedAddress } from '@solana/kit';
import * as client from '../src/index.js';

const [a, b] = [
  address('So11111111111111111111111111111111111111112'),
  address('SysvarC1ock11111111111111111111111111111111'),
] as [Address, Address];
const symbol = 'BTC/USD';
const number = 5n;

const pairs: [string, Promise<Address>, Promise<ProgramDerivedAddress>][] = [
  ['oracle config', client.configAddress('oracle'), client.oracle.findConfigPda()],
  ['margin config', client.configAddress('margin'), client.margin.findConfigPda()],
  ['market', client.marketAddress(symbol), client.margin.findMarketPda({ symbol: client.symbolBytes(symbol) })],
  ['expiry', client.expiryAddress(a, number), client.margin.findExpiryPda({ market: a, expiryUnixS: number })],
  ['account', client.marginAccountAddress(a, b, 7), client.margin.findAccountPda({ market: a, owner: b, subaccount: 7 })],
  ['quote state', client.quoteStateAddress(a, number), client.margin.findQuoteStatePda({ maker: a, nonce: number })],
  ['change of terms', client.changeAddress(a), client.margin.findChangePda({ market: a })],
  ['wrapped mint', client.wrappedMintAddress(a), client.margin.findMintPda({ wrapped: a })],
  ['vault config', client.configAddress('vault'), client.vault.findConfigPda()],
  ['vault', client.vaultAddress(a, 3), client.vault.findVaultPda({ market: a, id: 3 })],
  ['first epoch', client.epochAddress(a, 0), client.vault.findEpochPda({ vault: a })],
  ['deposit', client.depositAddress(a, b), client.vault.findDepositPda({ epoch: a, owner: b })],
  ['withdrawal', client.withdrawalAddress(a, b), client.vault.findWithdrawalPda({ epoch: a, owner: b })],
  ['share mint', client.shareMintAddress(a), client.vault.findShareMintPda({ vault: a })],
  ['waiting shares', client.shareTokensAddress(a), client.vault.findShareTokensPda({ vault: a })],
  ['bid', client.bidAddress(a, b), client.vault.findBidPda({ epoch: a, bidder: b })],
  ['breaker config', client.configAddress('breaker'), client.breaker.findConfigPda()],
  ['brake', client.brakeAddress(), client.breaker.findBrakePda()],
  ['custody', client.custodyAddress(a), client.breaker.findCustodyPda({ controller: a })],
  ['council', client.councilAddress(), client.governor.findCouncilPda()],
  ['authority', client.governorAuthorityAddress(), client.governor.findGovernorAuthorityPda()],
  ['adoption', client.adoptionAddress(a), client.governor.findAdoptionPda({ program: a })],
];

for (const [name, ours, programs] of pairs) {
  test(`address_of_${name.replaceAll(' ', '_')}_equals_the_programs`, async () => {
    assert.equal(await ours, (await programs)[0]);
  });
}

test('addresses_of_the_twin_differ_from_the_governors', async () => {
  const twin = client.PROGRAMS.governorTwin;
  assert.notEqual(await client.councilAddress(twin), await client.councilAddress());
  assert.notEqual(await client.proposalAddress(1, twin), await client.proposalAddress(1));
});

test('builder_of_a_call_of_the_twin_derives_the_twins_accounts', async () => {
  const programAddress = client.PROGRAMS.governorTwin;
  const call = await client.governor.getProposalQueueInstructionAsync({ proposal: a }, { programAddress });
  assert.equal(call.programAddress, programAddress);
  assert.equal(call.accounts[0].address, await client.councilAddress(programAddress));
});

test('program_addresses_equal_the_idls', () => {
  assert.deepEqual(
    [
      client.oracle.ORACLE_PROGRAM_ADDRESS,
      client.margin.MARGIN_PROGRAM_ADDRESS,
      client.vault.VAULT_PROGRAM_ADDRESS,
      client.breaker.BREAKER_PROGRAM_ADDRESS,
      client.governor.GOVERNOR_PROGRAM_ADDRESS,
    ],
    [
      client.PROGRAMS.oracle,
      client.PROGRAMS.margin,
      client.PROGRAMS.vault,
      client.PROGRAMS.breaker,
      client.PROGRAMS.governor,
    ],
  );
});

test('symbolBytes_of_an_empty_or_long_symbol_throws', () => {
  assert.throws(() => client.symbolBytes(''), /1 to 16 bytes/);
  assert.throws(() => client.symbolBytes('a symbol too long'), /1 to 16 bytes/);
});
