/** What council members do: propose, approve, queue, wait out both clocks, execute. Every step is a transaction of its own. */
import {
  adoptionAddress,
  brakeAddress,
  configAddress,
  councilAddress,
  governor,
  governorAuthorityAddress,
  programDataAddress,
  proposalAddress,
  rolloutAddress,
} from '@bastion/client';
import { getAddressEncoder, type Address, type Instruction, type KeyPairSigner, type TransactionSigner } from '@solana/kit';
import type { Chain, Moment } from './chain.js';

const KIND_BREAKER_RELAX = 2;
const KIND_COUNCIL_SET = 3;
/** Version of margin's accounts: no upgrade here changes it. */
const SCHEMA = 1;
/** Members who may lower the brake. */
const RELAX_APPROVALS = 4;

export interface Proposal {
  readonly id: bigint;
  readonly address: Address;
}

export class Council {
  private readonly chain: Chain;
  readonly members: readonly KeyPairSigner[];

  constructor(chain: Chain, members: readonly KeyPairSigner[]) {
    this.chain = chain;
    this.members = members;
  }

  get proposer(): KeyPairSigner {
    return this.member(0);
  }

  member(index: number): KeyPairSigner {
    const member = this.members[index];
    if (!member) {
      throw new RangeError(`the council has ${this.members.length} members`);
    }
    return member;
  }

  /** Proposes to lower the brake. */
  async relaxPropose(level: number): Promise<Proposal> {
    return this.propose(Uint8Array.of(KIND_BREAKER_RELAX, level));
  }

  /** Proposes other members. */
  async membersPropose(members: readonly Address[]): Promise<Proposal> {
    const keys = members.flatMap((member) => [...getAddressEncoder().encode(member)]);
    return this.propose(Uint8Array.of(KIND_COUNCIL_SET, members.length, ...keys));
  }

  private async propose(action: Uint8Array): Promise<Proposal> {
    const [council, next] = await this.next();
    await this.chain.send(this.proposer, [
      governor.getProposalCreateInstruction({ proposer: this.proposer, council, proposal: next.address, action }),
    ]);
    return next;
  }

  /** Proposes new code; the governor takes the buffer over in the same instruction, so its bytes stand still. */
  async upgradePropose(program: Address, buffer: Address, elfHash: Uint8Array, elfLen: number): Promise<Proposal> {
    const [council, next] = await this.next();
    await this.chain.send(this.proposer, [
      governor.getUpgradeProposeInstruction({
        proposer: this.proposer,
        council,
        adoption: await adoptionAddress(program),
        buffer,
        proposal: next.address,
        governorAuthority: await governorAuthorityAddress(),
        elfHash,
        elfLen,
        // No evidence is at hand on a local network, and members see zeros where it would be.
        sourceCommit: new Uint8Array(20),
        recipeHash: new Uint8Array(32),
        auditHash: new Uint8Array(32),
        migrationHash: new Uint8Array(32),
        schemaFrom: SCHEMA,
        schemaTo: SCHEMA,
        forwardOnly: false,
        emergency: false,
      }),
    ]);
    return next;
  }

  /** Approvals of members `from` up to `to`, each in its own transaction and over the digest that is on chain. */
  async approve(proposal: Proposal, to: number, from = 0): Promise<void> {
    const { digest, createdSlot } = await this.state(proposal);
    await this.chain.until({ slot: createdSlot + 1n });
    const council = await councilAddress();
    for (const member of this.members.slice(from, to)) {
      await this.chain.send(member, [
        governor.getProposalApproveInstruction({ member, council, proposal: proposal.address, digest }),
      ]);
    }
  }

  /** Starts both clocks; anyone may. Returns when they will have passed. */
  async queue(proposal: Proposal, by: TransactionSigner): Promise<Moment> {
    await this.chain.send(by, [
      governor.getProposalQueueInstruction({ council: await councilAddress(), proposal: proposal.address }),
    ]);
    const { readySlot, readyUnixS } = await this.state(proposal);
    return { slot: readySlot, unixS: readyUnixS };
  }

  /** Lowers the brake: proposes, approves, queues, waits as `wait` does, executes. */
  async relax(level: number, by: TransactionSigner, wait: (ready: Moment) => Promise<void>): Promise<void> {
    const proposal = await this.relaxPropose(level);
    await this.approve(proposal, RELAX_APPROVALS);
    await wait(await this.queue(proposal, by));
    await this.chain.send(by, [await this.relaxExecuteInstruction(proposal)]);
  }

  async relaxExecuteInstruction(proposal: Proposal): Promise<Instruction> {
    return governor.getRelaxExecuteInstruction({
      council: await councilAddress(),
      proposal: proposal.address,
      governorAuthority: await governorAuthorityAddress(),
      config: await configAddress('breaker'),
      brake: await brakeAddress(),
    });
  }

  async membersExecuteInstruction(proposal: Proposal): Promise<Instruction> {
    return governor.getCouncilExecuteInstruction({ council: await councilAddress(), proposal: proposal.address });
  }

  async upgradeExecuteInstruction(proposal: Proposal, program: Address, buffer: Address): Promise<Instruction> {
    const state = await this.state(proposal);
    return governor.getUpgradeExecuteInstruction({
      council: await councilAddress(),
      proposal: proposal.address,
      adoption: await adoptionAddress(program),
      rollout: await rolloutAddress(program),
      program,
      programData: await programDataAddress(program),
      buffer,
      rollbackBuffer: state.rollbackBuffer,
      spill: state.proposer,
      governorAuthority: await governorAuthorityAddress(),
    });
  }

  async state(proposal: Proposal) {
    return governor.getProposalDecoder().decode(await this.chain.bytes(proposal.address));
  }

  async council() {
    return governor.getCouncilDecoder().decode(await this.chain.bytes(await councilAddress()));
  }

  private async next(): Promise<[Address, Proposal]> {
    const { proposals: id } = await this.council();
    return [await councilAddress(), { id, address: await proposalAddress(id) }];
  }
}
