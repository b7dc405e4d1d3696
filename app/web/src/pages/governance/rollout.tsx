/** An upgrade's way from proposal to final, and what each stage has done so far. */
import type { governor } from '@bastion/client';
import { useSession, useSnapshot } from '../../app-context';
import { duration } from '../../chain/format';
import { DRAFT, EXECUTED, FINALISED, QUEUED, ROLLED_BACK, STAGE, programOf, type CouncilView, type ProposalView } from '../../chain/governance';
import { Fact, Facts, Meter, Note } from '../../ui/kit';

type Stage = { name: string; about: string };

const UNTIL_CANARY: readonly Stage[] = [
  { name: 'Proposed', about: 'The bytes stand still in a buffer of the governor’s while members look at them.' },
  { name: 'Queued', about: 'Approved; both clocks run, and everybody can leave.' },
  { name: 'Frozen', about: 'Level 4: every account is recorded, page by page.' },
  { name: 'Recorded', about: 'The snapshot is complete; the new code may be deployed.' },
  { name: 'Executed', about: 'The new code runs, and is held to the snapshot before anybody may leave or enter.' },
];

/** Where it stands among the stages; undefined off the way. */
function placeOf({ proposal }: ProposalView, rollout: governor.Rollout | undefined, canaries: number): number | undefined {
  const end = UNTIL_CANARY.length + canaries;
  switch (proposal.state) {
    case FINALISED:
      return end;
    case DRAFT:
      return 0;
    case QUEUED:
    case EXECUTED:
      if (rollout === undefined || rollout.stage === STAGE.rolledBack) return proposal.state === QUEUED ? 1 : undefined;
      return rollout.stage === STAGE.canary ? UNTIL_CANARY.length + rollout.step : rollout.stage;
    default:
      return undefined;
  }
}

export function RolloutStages({ view, of, rollout }: { view: CouncilView; of: ProposalView; rollout: governor.Rollout | undefined }) {
  const { engine } = useSession();
  const steps = engine.canarySteps();
  const stages = [...UNTIL_CANARY, ...steps.map((bps): Stage => ({ name: `Canary ${bps / 100} %`, about: `Verified. New risk up to ${bps / 100} % of the caps since the snapshot.` })), { name: 'Final', about: 'Every stage has passed.' }];
  const place = placeOf(of, rollout, steps.length);
  return (
    <div className="rollout">
      <ol className="stages" aria-label="Stages of the upgrade">
        {stages.map(({ name, about }, at) => (
          <li key={name} className={place !== undefined && at < place ? 'done' : at === place ? (place === stages.length - 1 ? 'done' : 'now') : ''} aria-current={at === place ? 'step' : undefined} title={about}>
            {name}
            {place !== undefined && at < place && <span className="visually-hidden"> (done)</span>}
          </li>
        ))}
      </ol>
      {place !== undefined && <p className="field-hint">{stages[place]?.about}</p>}
      {of.proposal.state === ROLLED_BACK && <Note tone="warn">The code before it runs again.</Note>}
      {rollout && <Progress view={view} of={of} rollout={rollout} />}
    </div>
  );
}

function Progress({ view, of, rollout }: { view: CouncilView; of: ProposalView; rollout: governor.Rollout }) {
  const { engine } = useSession();
  const { unixS } = useSnapshot();
  const program = programOf(of.action);
  const snapshot = program && view.snapshots.get(program);
  const terms = engine.rolloutTerms();
  const scaled = (seconds: number) => BigInt(Math.ceil(seconds / view.council.timeDivisor));
  const stayed = unixS > rollout.sinceUnixS ? unixS - rollout.sinceUnixS : 0n;
  const dwell = scaled(terms.dwellS);
  return (
    <>
      {rollout.failed === 1 && <Note tone="warn">An account differs from the snapshot: anybody may roll the upgrade back.</Note>}
      {rollout.forwardOnly === 1 && <Note tone="warn">This upgrade has no way back.</Note>}
      {rollout.stage === STAGE.rolledBack && <Note tone="warn">Rolled back: the old code runs, frozen until its accounts are verified.</Note>}
      {snapshot && rollout.stage >= STAGE.frozen && (
        <div className="meters">
          <Meter label="Pages recorded, this market" value={BigInt(snapshot.pagesTaken)} max={BigInt(snapshot.pages)} text={`${snapshot.pagesTaken} of ${snapshot.pages}, ${snapshot.accountsTaken} accounts`} tone="plain" />
          {(rollout.stage === STAGE.executed || rollout.stage === STAGE.rolledBack || rollout.stage === STAGE.canary) && (
            <Meter label="Pages verified under the new code" value={BigInt(snapshot.pagesVerified)} max={BigInt(snapshot.pages)} text={`${snapshot.pagesVerified} of ${snapshot.pages}`} tone="plain" />
          )}
        </div>
      )}
      <Facts className="facts-grid">
        {rollout.stage >= STAGE.frozen && rollout.scope === 0 && <Fact label="Parts recorded, verified">{rollout.sealed} and {rollout.verified} of {rollout.parts}</Fact>}
        {rollout.stage === STAGE.canary && <Fact label="Clean checks of this step">{rollout.checks} of {terms.checks}</Fact>}
        {rollout.stage === STAGE.canary && <Fact label="Least stay">{stayed >= dwell ? 'passed' : `${duration(dwell - stayed)} left of ${duration(dwell)}`}</Fact>}
        <Fact label="In this stage for">{duration(stayed)}</Fact>
        {rollout.attempt > 0n && <Fact label="Freezes so far">{String(rollout.attempt)}</Fact>}
      </Facts>
    </>
  );
}
