/** Every program: who may replace it, and whether the code that runs is the code that was verified. */
import { useState } from 'react';
import { useSession } from '../../app-context';
import { date, short } from '../../chain/format';
import { STAGE, type CouncilView, type ProgramView } from '../../chain/governance';
import { deployedHash, hex } from '../../chain/programs';
import { Panel, Pill, Problem, Table } from '../../ui/kit';
import { useAttempt } from '../../ui/use-attempt';

export function Programs({ views }: { views: readonly CouncilView[] }) {
  return (
    <Panel title="Programs" aside={<span className="muted">sha256 of the code, without the zeros after it</span>}>
      <Table caption="Programs with their upgrade authority and code">
        <thead>
          <tr>
            <th scope="col">Program</th>
            <th scope="col">Upgrade authority</th>
            <th scope="col">Verified code</th>
            <th scope="col" className="end">Bytes</th>
            <th scope="col" className="end">Upgrades</th>
            <th scope="col">Adopted</th>
            <th scope="col">Code that runs</th>
          </tr>
        </thead>
        <tbody>
          {views.flatMap((view) => view.programs.map((of) => <Row key={of.program} holder={view.name} of={of} />))}
        </tbody>
      </Table>
    </Panel>
  );
}

function Row({ holder, of }: { holder: string; of: ProgramView }) {
  const session = useSession();
  const { name, program, adoption, rollout } = of;
  const fault = session.programs.find((each) => each.program === program)?.fault;
  return (
    <tr>
      <th scope="row" title={program}>{name === 'governorTwin' ? 'governor’s twin' : name} <span className="muted num">{short(program)}</span></th>
      <td>{fault === undefined ? <Pill tone="good">{holder}</Pill> : <Pill tone="bad" title={fault}>not the governor’s</Pill>}{rollout && rollout.stage !== STAGE.idle && <Pill tone="warn">upgrade under way</Pill>}</td>
      <td className="num" title={adoption && hex(adoption.elfHash)}>{adoption ? <code>{hex(adoption.elfHash).slice(0, 16)}…</code> : 'not adopted'}</td>
      <td className="end num">{adoption ? adoption.elfLen.toLocaleString('en') : '–'}</td>
      <td className="end num">{adoption ? String(adoption.upgrades) : '–'}</td>
      <td>{adoption ? date(adoption.adoptedUnixS) : '–'}</td>
      <td>{adoption && <CodeCheck of={of} hash={hex(adoption.elfHash)} length={adoption.elfLen} />}</td>
    </tr>
  );
}

/** Reads the whole code from the node and hashes it here. */
function CodeCheck({ of, hash, length }: { of: ProgramView; hash: string; length: number }) {
  const { connection } = useSession();
  const [found, setFound] = useState<{ of: string; hash: string }>();
  const { isBusy, failure, run } = useAttempt();
  const check = () => run(async () => setFound({ of: hash, hash: await deployedHash(connection, of.program, length) }));
  // An answer about code that has been replaced since is no answer.
  const answer = found?.of === hash ? found.hash : undefined;
  return (
    <span aria-live="polite" className="row">
      {answer === undefined ? null : answer === hash ? <Pill tone="good" title={answer}>the same</Pill> : <Pill tone="bad" title={answer}>another</Pill>}
      <button type="button" className="button button-plain button-small" aria-label={`Check the code of ${of.name}`} disabled={isBusy} onClick={() => void check()}>
        {isBusy ? 'Hashing…' : 'Check'}
      </button>
      {failure && <Problem of={failure} />}
    </span>
  );
}
