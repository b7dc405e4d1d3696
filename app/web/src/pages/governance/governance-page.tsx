/** Who may change what, what is proposed, where it stands, and the code that runs: all of it from accounts. */
import { useState } from 'react';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { councilsRead, type CouncilView } from '../../chain/governance';
import { Empty, Fact, Facts, Loading, Panel, Pill, Problem } from '../../ui/kit';
import { usePoll } from '../../ui/use-poll';
import { short } from '../../chain/format';
import { useStore } from '../../chain/store';
import { passkey } from '../../wallet/passkeys';
import { PasskeyPanel } from './passkey-panel';
import { Programs } from './programs';
import { ProposalCard } from './proposal-card';
import { Verify } from './verify';

const PERIOD_MS = 1_500;

export default function GovernancePage() {
  const { connection } = useSession();
  const { marketAddress } = useSnapshot();
  const { value, failure, again } = usePoll('councils', () => councilsRead(connection, marketAddress), PERIOD_MS);
  const [chosen, setChosen] = useState(0);
  if (value === undefined) return <Panel title="Governance">{failure ? <Problem of={failure} onRetry={again} /> : <Loading what="the councils" rows={6} />}</Panel>;
  const view = value[chosen] ?? value[0];
  if (view === undefined) return <Panel title="Governance"><Empty title="This network has no council">Its programs are not governed: do not use it.</Empty></Panel>;
  return (
    <div className="page">
      {failure && <Problem of={failure} onRetry={again} />}
      <div className="tabs" role="group" aria-label="Council">
        {value.map((each, at) => (
          <button key={each.governor} type="button" aria-pressed={each === view} onClick={() => setChosen(at)}>
            <b>{each.name}</b>
            <small>{each.proposals.length} proposals · holds {each.programs.map(({ name }) => (name === 'governorTwin' ? 'its twin' : name)).join(', ')}</small>
          </button>
        ))}
      </div>
      <div className="wide-narrow" key={view.governor}>
        <div className="stack">
          {view.proposals.length === 0 ? (
            <Panel title="Proposals"><Empty title="Nothing has been proposed">A member’s proposal appears here with what it would change, and the digest that members approve.</Empty></Panel>
          ) : (
            view.proposals.map((proposal) => <ProposalCard key={proposal.address} view={view} of={proposal} again={again} />)
          )}
        </div>
        <div className="stack">
          <Council view={view} />
          <PasskeyPanel view={view} views={value} />
          <Verify view={view} />
        </div>
      </div>
      <Programs views={value} />
    </div>
  );
}

function Council({ view }: { view: CouncilView }) {
  const wallet = useWallet();
  const held = useStore(passkey);
  const { council } = view;
  const members = council.members.slice(0, council.memberCount);
  return (
    <Panel title="Council" aside={<Pill>{council.memberCount} members</Pill>}>
      <ol className="members">
        {members.map((member) => (
          <li key={member} className="num" title={member}>{short(member)}{member === wallet?.owner && <Pill tone="info">you</Pill>}{member === held?.member && <Pill tone="info">your passkey</Pill>}</li>
        ))}
      </ol>
      <Facts>
        <Fact label="Changes of membership so far">{String(council.configEpoch)}</Fact>
        <Fact label="Proposals so far">{String(council.proposals)}</Fact>
        {council.timeDivisor > 1 && <Fact label="Delays of this build">divided by {council.timeDivisor}</Fact>}
      </Facts>
      {council.timeDivisor > 1 && <p className="reason">A build for local networks: a public network’s delays are not divided.</p>}
    </Panel>
  );
}

