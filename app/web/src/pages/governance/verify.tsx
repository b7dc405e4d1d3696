/** How to check all of this without this page, which could lie like any other. */
import { useSession } from '../../app-context';
import { DRAFT, QUEUED, type CouncilView } from '../../chain/governance';
import { hex } from '../../chain/programs';
import { Copyable } from '../../ui/copyable';
import { Panel } from '../../ui/kit';

export function Verify({ view }: { view: CouncilView }) {
  const { config } = useSession();
  const open = view.proposals.find(({ proposal }) => proposal.state === DRAFT || proposal.state === QUEUED);
  const shown = open ?? view.proposals[0];
  const twin = view.name === 'Governor' ? '' : ' --governor twin';
  return (
    <Panel title="Verify from outside">
      <p className="muted">Believe no page with an upgrade. These commands read the same accounts through a node of your choice and decode them with other code.</p>
      <Copyable what="command" about="Programs, authorities, hashes, levels" text={`bastion --url ${config.rpcUrl} status`} />
      <Copyable what="command" about="Dump a program, and hash it" text="solana program dump <PROGRAM> code.so && sha256sum code.so" />
      {shown && <Copyable what="command" about={`Proposal ${shown.proposal.id} in words, with its digest`} text={`bastion decode --id ${shown.proposal.id}${twin} --action ${hex(shown.actionBytes)}`} />}
      <p className="field-hint">A build in the pinned container gives the same bytes as the council’s: compare its sha256 with the proposal’s before you trust either.</p>
    </Panel>
  );
}
