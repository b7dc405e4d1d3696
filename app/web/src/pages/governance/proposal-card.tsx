/** One proposal: what it would change in words, its digest, who approves, both clocks, and where an upgrade stands. */
import { ABI } from '@bastion/client';
import { useSession, useSnapshot } from '../../app-context';
import { date, duration, short } from '../../chain/format';
import { CANCELLED, DRAFT, EXECUTED, FINALISED, QUEUED, REJECTED, ROLLED_BACK, programName, programOf, rolloutOf, votersOf, type CouncilView, type ProposalView } from '../../chain/governance';
import { hex } from '../../chain/programs';
import { Fact, Facts, Meter, Note, Panel, Pill } from '../../ui/kit';
import { RolloutStages } from './rollout';
import { Votes } from './votes';

const STATES: Readonly<Record<number, { name: string; tone: 'plain' | 'info' | 'good' | 'warn' | 'bad' }>> = {
  [DRAFT]: { name: 'Collecting approvals', tone: 'info' },
  [QUEUED]: { name: 'Queued', tone: 'warn' },
  [EXECUTED]: { name: 'Executed', tone: 'good' },
  [CANCELLED]: { name: 'Cancelled', tone: 'plain' },
  [REJECTED]: { name: 'Rejected', tone: 'plain' },
  [FINALISED]: { name: 'Final', tone: 'good' },
  [ROLLED_BACK]: { name: 'Rolled back', tone: 'bad' },
};

const KINDS_OF_CODE = ['upgrade', 'emergencyPatch'];
/** What a proposal of a class does, as `ABI.classes` names it; classes count from 1. */
const className = (byte: number) => ABI.classes[byte - 1] ?? 'unknown class';

export function ProposalCard({ view, of, again }: { view: CouncilView; of: ProposalView; again: () => void }) {
  const { engine } = useSession();
  const { unixS } = useSnapshot();
  const { proposal, words, action, isDigestTrue } = of;
  const { council } = view;
  const terms = engine.councilClass(proposal.class, council.memberCount);
  const approvals = votersOf(proposal.approvals, council);
  const objections = votersOf(proposal.objections, council);
  const rollout = rolloutOf(view, of);
  const program = programOf(action);
  const isOpen = proposal.state === DRAFT || proposal.state === QUEUED;
  const isStale = isOpen && (proposal.configEpoch !== council.configEpoch || unixS > proposal.expiresUnixS);
  const state = STATES[proposal.state] ?? { name: 'Unknown', tone: 'bad' as const };
  const isCode = action !== undefined && KINDS_OF_CODE.includes(action.kind);
  return (
    <Panel
      className="proposal"
      title={`Proposal ${proposal.id}: ${className(proposal.class)}${program ? ` of ${programName(program) ?? short(program)}` : ''}`}
      aside={<Pill tone={isStale ? 'plain' : state.tone}>{isStale ? 'Expired' : state.name}</Pill>}
    >
      <p className="words">{words}</p>
      {!isDigestTrue && <Note tone="warn">The digest on chain is not that of these bytes. Do not approve it.</Note>}
      <Facts>
        <Fact label="Digest that members approve" hint={isDigestTrue ? 'Computed again here from the bytes: equal' : 'Not that of the bytes'}>
          <code>{hex(proposal.digest)}</code> {isDigestTrue ? <Pill tone="good">computed here: equal</Pill> : <Pill tone="bad">not equal</Pill>}
        </Fact>
        <Fact label="Proposed">{date(proposal.createdUnixS)} by <span className="num" title={proposal.proposer}>{short(proposal.proposer)}</span></Fact>
        {isOpen && <Fact label="Expires">{date(proposal.expiresUnixS)}</Fact>}
        {isCode && <Fact label="Attested shadow runs">{proposal.shadowRoots.filter((root) => root.some((byte) => byte !== 0)).length} of {ABI.attestors}</Fact>}
      </Facts>
      {terms && <Meter label={`Approvals: ${approvals.map((member) => member + 1).join(', ') || 'nobody yet'}`} value={BigInt(approvals.length)} max={BigInt(terms.threshold)} text={`${approvals.length} of ${terms.threshold} needed`} tone="plain" />}
      {objections.length > 0 && <p className="reason">{objections.length} object. Two send a queued proposal back to draft, once.</p>}
      {proposal.vetoed === 1 && <p className="reason">Sent back to draft by two members.</p>}
      {proposal.state === QUEUED && !isStale && <Clocks view={view} of={of} />}
      {isCode && <RolloutStages view={view} of={of} rollout={rollout} />}
      {isOpen && !isStale && <Votes view={view} of={of} again={again} />}
    </Panel>
  );
}

/** Both must have passed, so that a halted chain uses up nobody's time to leave. */
function Clocks({ view, of }: { view: CouncilView; of: ProposalView }) {
  const { unixS, slot } = useSnapshot();
  const { proposal } = of;
  const seconds = proposal.readyUnixS > unixS ? proposal.readyUnixS - unixS : 0n;
  const slots = proposal.readySlot > slot ? proposal.readySlot - slot : 0n;
  const ready = seconds === 0n && slots === 0n;
  return (
    <Facts className="facts-grid clocks">
      <Fact label="By the clock">{seconds === 0n ? 'passed' : `${duration(seconds)} left`}</Fact>
      <Fact label="By slots">{slots === 0n ? 'passed' : `${slots} left`}</Fact>
      <Fact label="Can be executed">{ready ? 'now, by anybody' : `from ${date(proposal.readyUnixS)}`}</Fact>
      <Fact label="Until then">you can close, withdraw and leave{view.council.timeDivisor > 1 ? ' (delays of this build are scaled)' : ''}</Fact>
    </Facts>
  );
}
