/** An upgrade of margin from its queue to its end: the way back, freeze and snapshot, verification from outside, canary steps. */
import {
  ABI,
  PROGRAMS,
  adoptionAddress,
  brakeAddress,
  configAddress,
  councilAddress,
  custodyAddress,
  governor,
  governorAuthorityAddress,
  ledgerAddress,
  margin,
  pageAddress,
  recordAddress,
  rolloutAddress,
  snapshotAddress,
} from '@bastion/client';
import { AccountRole, type Address, type Instruction, type TransactionSigner } from '@solana/kit';
import type { Chain, Moment } from './chain.js';
import type { Proposal } from './council.js';

const STAGE_IDLE = 0;
/** Clean checks on a canary step, and what `DWELL_S` of the policy is in a time-scaled build. */
const CHECKS = 3;
const DWELL_LOCAL_S = 2n;

/** A market and its accounts by registry index, page by page. */
export interface Market {
  readonly address: Address;
  readonly quoteTokens: Address;
  readonly baseTokens: Address;
  readonly pages: readonly (readonly Address[])[];
}

/** An account of margin's ledger, and the mint that belongs to it. */
interface Entry {
  readonly address: Address;
  readonly isRoot: boolean;
  readonly isHeld: boolean;
  readonly tokens: readonly Address[];
}

export class Rollout {
  private readonly chain: Chain;
  private readonly by: TransactionSigner;
  private readonly proposal: Proposal;

  constructor(chain: Chain, by: TransactionSigner, proposal: Proposal) {
    this.chain = chain;
    this.by = by;
    this.proposal = proposal;
  }

  /** The proposer stages the code that runs now: the way back. */
  async stage(proposer: TransactionSigner, buffer: Address): Promise<void> {
    const stage = governor.getRollbackStageInstruction({
      proposer,
      council: await councilAddress(),
      proposal: this.proposal.address,
      adoption: await adoptionAddress(PROGRAMS.margin),
      buffer,
      governorAuthority: await governorAuthorityAddress(),
    });
    await this.chain.send(proposer, [stage]);
  }

  /** Starts both clocks and takes margin's rollout. Returns when they will have passed. */
  async queue(): Promise<Moment> {
    const { rollbackBuffer } = await this.held();
    const queue = governor.getUpgradeQueueInstruction({
      council: await councilAddress(),
      proposal: this.proposal.address,
      adoption: await adoptionAddress(PROGRAMS.margin),
      rollout: await rolloutAddress(PROGRAMS.margin),
      rollbackBuffer,
      governorAuthority: await governorAuthorityAddress(),
      config: await configAddress('breaker'),
    });
    await this.chain.send(this.by, [queue]);
    const { readySlot, readyUnixS } = await this.held();
    return { slot: readySlot, unixS: readyUnixS };
  }

  /** The brake goes to level 4, and every account of every market is recorded. */
  async freeze(): Promise<Market[]> {
    await this.chain.send(this.by, [await this.freezeInstruction()]);
    await this.recordLedger();
    const markets = await this.markets();
    for (const market of markets) {
      await this.record(market);
    }
    return markets;
  }

  async freezeInstruction(): Promise<Instruction> {
    return governor.getFreezeBeginInstruction({
      council: await councilAddress(),
      proposal: this.proposal.address,
      adoption: await adoptionAddress(PROGRAMS.margin),
      rollout: await rolloutAddress(PROGRAMS.margin),
      governorAuthority: await governorAuthorityAddress(),
      config: await configAddress('breaker'),
    });
  }

  /** Every page and every market is compared with the snapshot, a slot after the code was replaced or later. */
  async verify(markets: readonly Market[]): Promise<void> {
    const [rollout, { executedSlot }] = [await rolloutAddress(PROGRAMS.margin), await this.state()];
    await this.chain.until({ slot: executedSlot + 1n });
    await this.verifyLedger();
    for (const market of markets) {
      const snapshot = await this.snapshotOf(market);
      for (const [number, accounts] of market.pages.entries()) {
        const page = await pageAddress(snapshot, number);
        const verify = governor.getPageVerifyInstruction({ rollout, snapshot, page });
        await this.chain.send(this.by, [withAccounts(verify, accounts)]);
      }
      const verify = governor.getMarketVerifyInstruction({
        council: await councilAddress(),
        proposal: this.proposal.address,
        rollout,
        snapshot,
        market: market.address,
        quoteTokens: market.quoteTokens,
        baseTokens: market.baseTokens,
        custody: await custodyAddress(market.address),
        governorAuthority: await governorAuthorityAddress(),
        config: await configAddress('breaker'),
      });
      await this.chain.send(this.by, [verify]);
    }
  }

  /** The brake comes down from level 4 to level 2. */
  async freezeEnd(): Promise<void> {
    const end = governor.getFreezeEndInstruction({
      council: await councilAddress(),
      proposal: this.proposal.address,
      rollout: await rolloutAddress(PROGRAMS.margin),
      governorAuthority: await governorAuthorityAddress(),
      config: await configAddress('breaker'),
      brake: await brakeAddress(),
    });
    await this.chain.send(this.by, [end]);
    const [council, rollout] = [await councilAddress(), await rolloutAddress(PROGRAMS.margin)];
    const governorAuthority = await governorAuthorityAddress();
    for (const { address } of (await this.entries()).filter(({ isHeld }) => isHeld)) {
      const program = PROGRAMS.margin;
      await this.chain.send(this.by, [
        governor.getRootReleaseInstruction({ council, rollout, target: address, governorAuthority, program }),
      ]);
    }
  }

  /** Takes the new code through every canary step to its end; `step` hears each step's share of the caps. */
  async promote(markets: readonly Market[], step: (canaryBps: number) => void): Promise<void> {
    const [council, rollout] = [await councilAddress(), await rolloutAddress(PROGRAMS.margin)];
    const [market] = markets;
    if (!market) {
      throw new Error('there is no market to check');
    }
    for (let state = await this.state(); state.stage !== STAGE_IDLE; state = await this.state()) {
      step(state.canaryBps);
      for (let check = 0; check < CHECKS; check += 1) {
        await this.chain.until({ slot: (await this.state()).checkedSlot + 1n });
        const { address, quoteTokens, baseTokens } = market;
        await this.chain.send(this.by, [
          governor.getCanaryCheckInstruction({ council, rollout, market: address, quoteTokens, baseTokens }),
        ]);
      }
      await this.chain.until({ slot: state.sinceSlot + DWELL_LOCAL_S, unixS: state.sinceUnixS + DWELL_LOCAL_S });
      await this.chain.send(this.by, [
        governor.getCanaryPromoteInstruction({ council, proposal: this.proposal.address, rollout }),
      ]);
      for (const each of markets) {
        await this.chain.send(this.by, [await this.applyInstruction(each)]);
      }
    }
  }

  /** A market's caps and windows follow the canary step that its code has reached. */
  private async applyInstruction(market: Market): Promise<Instruction> {
    return governor.getCanaryApplyInstruction({
      council: await councilAddress(),
      rollout: await rolloutAddress(PROGRAMS.margin),
      market: market.address,
      snapshot: await this.snapshotOf(market),
      custody: await custodyAddress(market.address),
      governorAuthority: await governorAuthorityAddress(),
      config: await configAddress('breaker'),
    });
  }

  async state() {
    return governor.getRolloutDecoder().decode(await this.chain.bytes(await rolloutAddress(PROGRAMS.margin)));
  }

  private async record(market: Market): Promise<void> {
    const [council, rollout] = [await councilAddress(), await rolloutAddress(PROGRAMS.margin)];
    const snapshot = await this.snapshotOf(market);
    const { address, quoteTokens, baseTokens } = market;
    await this.chain.send(this.by, [
      governor.getSnapshotOpenInstruction({ payer: this.by, rollout, market: address, quoteTokens, baseTokens, snapshot }),
    ]);
    for (const [number, accounts] of market.pages.entries()) {
      const page = await pageAddress(snapshot, number);
      const take = governor.getSnapshotPageInstruction({ payer: this.by, rollout, snapshot, page, number });
      await this.chain.send(this.by, [withAccounts(take, accounts)]);
    }
    await this.chain.send(this.by, [
      governor.getSnapshotSealInstruction({ council, rollout, snapshot, market: address }),
    ]);
  }

  /** Every account of margin's but people's, roots first: a market stands still from its record on. */
  private async recordLedger(): Promise<void> {
    const [council, rollout] = [await councilAddress(), await rolloutAddress(PROGRAMS.margin)];
    const [ledger, head] = [await this.ledger(), await configAddress('margin')];
    const [governorAuthority, program, payer] = [await governorAuthorityAddress(), PROGRAMS.margin, this.by];
    await this.chain.send(payer, [governor.getLedgerOpenInstruction({ payer, rollout, head, ledger })]);
    for (const { address: target, tokens } of await this.entries()) {
      const record = await recordAddress(ledger, target);
      const take = governor.getRecordTakeInstruction({
        payer,
        council,
        rollout,
        ledger,
        target,
        record,
        governorAuthority,
        program,
      });
      await this.chain.send(payer, [withAccounts(take, tokens)]);
    }
    await this.chain.send(payer, [governor.getLedgerSealInstruction({ council, rollout, ledger })]);
  }

  private async verifyLedger(): Promise<void> {
    const [council, rollout] = [await councilAddress(), await rolloutAddress(PROGRAMS.margin)];
    const [ledger, proposal] = [await this.ledger(), this.proposal.address];
    for (const { address: target, tokens } of await this.entries()) {
      const verify = governor.getRecordVerifyInstruction({
        rollout,
        ledger,
        record: await recordAddress(ledger, target),
        target,
      });
      await this.chain.send(this.by, [withAccounts(verify, tokens)]);
    }
    await this.chain.send(this.by, [governor.getLedgerVerifyInstruction({ council, proposal, rollout, ledger })]);
  }

  private async ledger(): Promise<Address> {
    return ledgerAddress(PROGRAMS.margin, (await this.state()).attempt);
  }

  private async entries(): Promise<Entry[]> {
    const { MarginAccountKind } = margin;
    const owned = await this.chain.accountsOf(PROGRAMS.margin, []);
    const entries = owned.flatMap(({ address, data }) => {
      const kind = margin.identifyMarginAccount(data);
      if (kind === MarginAccountKind.MarginAccount) {
        return [];
      }
      const tokens = kind === MarginAccountKind.Wrapped ? [margin.getWrappedDecoder().decode(data).mint] : [];
      const isHeld = kind === MarginAccountKind.Market;
      return [{ address, isRoot: isHeld || kind === MarginAccountKind.Fund, isHeld, tokens }];
    });
    return entries.sort((left, right) => Number(right.isRoot) - Number(left.isRoot));
  }

  private async snapshotOf({ address }: Market): Promise<Address> {
    return snapshotAddress(address, (await this.state()).attempt);
  }

  private async held() {
    return governor.getProposalDecoder().decode(await this.chain.bytes(this.proposal.address));
  }

  private async markets(): Promise<Market[]> {
    const owned = await this.chain.accountsOf(PROGRAMS.margin, []);
    const of = (kind: number) => owned.filter(({ data }) => margin.identifyMarginAccount(data) === kind);
    const accounts = of(margin.MarginAccountKind.MarginAccount).map(({ address, data }) => ({
      address,
      ...margin.getMarginAccountDecoder().decode(data),
    }));
    return of(margin.MarginAccountKind.Market).map(({ address, data }) => {
      const { quoteTokens, baseTokens, accountsOpened } = margin.getMarketDecoder().decode(data);
      const own = accounts.filter(({ market }) => market === address);
      own.sort((left, right) => Number(left.index - right.index));
      const pages = Array.from({ length: Math.ceil(Number(accountsOpened) / ABI.pageAccounts) }, (_, number) =>
        own
          .filter(({ index }) => Math.floor(Number(index) / ABI.pageAccounts) === number)
          .map((account) => account.address),
      );
      return { address, quoteTokens, baseTokens, pages };
    });
  }
}

function withAccounts(instruction: Instruction, accounts: readonly Address[]): Instruction {
  const remaining = accounts.map((address) => ({ address, role: AccountRole.READONLY }));
  return { ...instruction, accounts: [...(instruction.accounts ?? []), ...remaining] };
}
