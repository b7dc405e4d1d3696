/** A member whose key is a passkey: making one, taking up one that exists, and what a council needs to seat it. */
import { useEffect } from 'react';
import { seatOf, type CouncilView } from '../../chain/governance';
import { hex } from '../../chain/programs';
import { useStore } from '../../chain/store';
import { Copyable } from '../../ui/copyable';
import { Note, Panel, Pill, Problem } from '../../ui/kit';
import { useAttempt } from '../../ui/use-attempt';
import { passkey, passkeyCreate, passkeyFind, passkeyForget, passkeyRecall, placeFault, type Passkey } from '../../wallet/passkeys';

export function PasskeyPanel({ view, views }: { view: CouncilView; views: readonly CouncilView[] }) {
  const held = useStore(passkey);
  useEffect(() => void passkeyRecall(), []);
  const seat = held && seatOf(view, held.member);
  return (
    <Panel title="Passkey" aside={held && (seat === undefined ? <Pill tone="warn">no seat here</Pill> : <Pill tone="good">seat {seat + 1}</Pill>)}>
      {held === undefined ? <Newcomer views={views} /> : <Known view={view} held={held} seat={seat} />}
    </Panel>
  );
}

function Newcomer({ views }: { views: readonly CouncilView[] }) {
  const { isBusy, failure, run } = useAttempt();
  const fault = placeFault();
  const cannot = isBusy || fault !== undefined;
  const seats = () => new Set(views.flatMap(({ council }) => council.members.slice(0, council.memberCount)));
  return (
    <>
      <p className="muted">A member’s key may be a passkey: of a phone, a laptop or a security key. It signs ballots. The wallet that is connected sends them and pays, and is nobody to the council.</p>
      {fault === undefined ? (
        <p className="field-hint">A passkey that is made here belongs to {location.hostname}. Pages under other names cannot ask for it.</p>
      ) : (
        <Note tone="warn">{fault}</Note>
      )}
      <div className="row passkey-choice">
        <button type="button" className="button button-primary" disabled={cannot} onClick={() => void run(passkeyCreate)}>{isBusy ? 'Waiting for your passkey…' : 'Create a passkey'}</button>
        <button type="button" className="button button-plain" disabled={cannot} title="It may have to sign twice: what it signs is no ballot" onClick={() => void run(() => passkeyFind(seats()))}>Use one I have</button>
      </div>
      {failure && <Problem of={failure} />}
    </>
  );
}

function Known({ view, held, seat }: { view: CouncilView; held: Passkey; seat: number | undefined }) {
  const key = hex(held.publicKey);
  const twin = view.name === 'Governor' ? '' : ' of the twin';
  return (
    <>
      {seat === undefined ? (
        <p className="reason" role="status">Nobody sits in the council{twin} with this passkey. Give its public key to a member, who proposes a council change that names the address below.</p>
      ) : (
        <p className="muted">Seat {seat + 1} of the council{twin} is this passkey’s. Each open proposal can be approved and objected to with it.</p>
      )}
      <Copyable what="key" about="Public key, compressed" text={key} />
      <Copyable what="address" about="Address of the member" text={held.member} />
      {seat === undefined && <Copyable what="command" about="The same address, computed elsewhere by whoever proposes it" text={`bastion member --p256-public ${key}`} />}
      <div className="row passkey-choice">
        <button type="button" className="button button-plain button-small" title="The passkey stays with its authenticator" onClick={passkeyForget}>Use another</button>
      </div>
    </>
  );
}
