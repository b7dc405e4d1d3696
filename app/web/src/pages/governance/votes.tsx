/** How a member votes on an open proposal: with the connected wallet, or with a passkey whose ballot the wallet sends. */
import { ballotMessage, governor, latestSlotHash, passkeyVoteInstructions, type Voice } from '@bastion/client';
import { createNoopSigner } from '@solana/kit';
import { useSession, useWallet } from '../../app-context';
import { DRAFT, QUEUED, seatOf, votersOf, type CouncilView, type ProposalView } from '../../chain/governance';
import { hex } from '../../chain/programs';
import { useStore } from '../../chain/store';
import { ChainButton } from '../../ui/chain-button';
import { Pill, Problem } from '../../ui/kit';
import { useAction, type Build } from '../../ui/use-action';
import { passkey, passkeySign, placeFault } from '../../wallet/passkeys';

type Voting = { view: CouncilView; of: ProposalView; again: () => void };

export function Votes(voting: Voting) {
  const wallet = useWallet();
  const held = useStore(passkey);
  const seat = wallet && seatOf(voting.view, wallet.owner);
  return (
    <>
      {seat !== undefined && <WalletVote {...voting} seat={seat} />}
      {held !== undefined && <PasskeyVote {...voting} />}
    </>
  );
}

/** Why each voice of a seat cannot be raised, if so. */
function reasonsOf({ view, of }: Voting, seat: number, who: string): Record<Voice, string | undefined> {
  const { proposal, isDigestTrue } = of;
  const has = (bits: number) => votersOf(bits, view.council).includes(seat);
  const isSpent = proposal.state === QUEUED && proposal.vetoed === 1;
  return {
    approve: has(proposal.approvals) ? `${who} approved it.` : isDigestTrue ? undefined : 'The digest is not that of the bytes.',
    object: has(proposal.objections) ? `${who} objected.` : isSpent ? 'It was sent back once; there is no second time.' : undefined,
  };
}

function WalletVote({ view, of, again, seat }: Voting & { seat: number }) {
  const wallet = useWallet();
  const action = useAction();
  const { proposal, address } = of;
  if (wallet === undefined) return null;
  const input = { member: createNoopSigner(wallet.owner), council: view.address, proposal: address, digest: proposal.digest };
  const options = { programAddress: view.governor };
  const reasons = reasonsOf({ view, of, again }, seat, 'You have');
  const run = (done: string, build: Build) => void action.run(done, build).then((sent) => { if (sent) again(); });
  const approve = () => run(`You approve proposal ${proposal.id}`, async () => [governor.getProposalApproveInstruction(input, options)]);
  const object = () => run(`You object to proposal ${proposal.id}`, async () => [governor.getProposalObjectInstruction(input, options)]);
  return (
    <div className="row member-steps">
      {proposal.state === DRAFT && <ChainButton quiet action={action} tone="good" reason={reasons.approve} onClick={approve}>Approve this digest</ChainButton>}
      <ChainButton quiet action={action} tone="bad" reason={reasons.object} onClick={object}>Object</ChainButton>
      {action.failure && <Problem of={action.failure} />}
    </div>
  );
}

/** Shown whenever a passkey is in use: where it has no vote, the reason is. */
function PasskeyVote({ view, of, again }: Voting) {
  const { connection } = useSession();
  const wallet = useWallet();
  const held = useStore(passkey);
  const action = useAction();
  const { proposal, address, words } = of;
  if (held === undefined) return null;
  const seat = seatOf(view, held.member);
  const reasons = seat === undefined ? undefined : reasonsOf({ view, of, again }, seat, 'This passkey has');
  const barred =
    seat === undefined ? 'Nobody sits in this council with your passkey.'
    : placeFault() ?? (wallet === undefined ? 'Connect a wallet: it sends the ballot and pays the fee.' : undefined);
  const vote = (voice: Voice): Build => async (stage) => {
    const question = { voice, digest: proposal.digest, configEpoch: view.council.configEpoch, state: proposal.state, vetoed: proposal.vetoed };
    const ballot = ballotMessage(question, await latestSlotHash(connection));
    stage('passkey');
    const assertion = await passkeySign(held, ballot);
    return passkeyVoteInstructions({ governor: view.governor, council: view.address, proposal: address, voice, ballot, publicKey: held.publicKey, assertion });
  };
  const run = (done: string, voice: Voice) => void action.run(done, vote(voice)).then((sent) => { if (sent) again(); });
  const said = [reasons?.approve, reasons?.object].filter((reason) => reason !== undefined);
  return (
    <section className="passkey-vote member-steps" aria-label={`Passkey’s vote on proposal ${proposal.id}`}>
      <h3>Your passkey {seat !== undefined && <Pill tone="info">seat {seat + 1}</Pill>}</h3>
      <p className="field-hint" title={words}>It signs a ballot over this digest, and nothing else: <code>{hex(proposal.digest)}</code></p>
      <div className="row">
        {proposal.state === DRAFT && <ChainButton quiet action={action} tone="good" reason={barred ?? reasons?.approve} onClick={() => run(`Your passkey approves proposal ${proposal.id}`, 'approve')}>Approve by passkey</ChainButton>}
        <ChainButton quiet action={action} tone="bad" reason={barred ?? reasons?.object} onClick={() => run(`Your passkey objects to proposal ${proposal.id}`, 'object')}>Object by passkey</ChainButton>
      </div>
      {(barred !== undefined || said.length > 0) && <p className="reason" role="status">{barred ?? said.join(' ')}</p>}
      {action.failure && <Problem of={action.failure} />}
    </section>
  );
}
