/** Options that the wallet holds as tokens: vaults deliver them, and margin accounts wrap them. */
import { KIND_CALL } from '@bastion/client';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { clockTime, dayMonth, strike, units } from '../../chain/format';
import { refusalOf } from '../../chain/levels';
import { optionTokensRead, redeemInstructions, unwrapInstruction, type OptionToken } from '../../chain/option-tokens';
import { priceFix } from '../../chain/settlement';
import { ChainButton } from '../../ui/chain-button';
import { Panel, Problem, Table } from '../../ui/kit';
import { useAction } from '../../ui/use-action';
import { usePoll } from '../../ui/use-poll';

const PERIOD_MS = 2_000;

export function OptionTokens() {
  const { connection } = useSession();
  const { marketAddress } = useSnapshot();
  const owner = useWallet()?.owner;
  const read = async () => (owner === undefined ? [] : optionTokensRead(connection, marketAddress, owner));
  const { value, failure, again } = usePoll(`option-tokens/${owner ?? ''}`, read, PERIOD_MS);
  if (failure !== undefined) return <Panel title="Options as tokens"><Problem of={failure} onRetry={again} /></Panel>;
  if (owner === undefined || value === undefined || value.length === 0) return null;
  return (
    <Panel title="Options as tokens">
      <p className="field-hint">One token is one lot, bought and paid for. Whoever holds it after the expiry redeems it.</p>
      <Table caption="Options that the wallet holds as tokens">
        <thead><tr><th scope="col">Series</th><th scope="col" className="end">Size</th><th scope="col"><span className="visually-hidden">Way out</span></th></tr></thead>
        <tbody>{value.map((token) => <Row key={token.wrapped} owner={owner} token={token} again={again} />)}</tbody>
      </Table>
    </Panel>
  );
}

function Row({ owner, token, again }: { owner: NonNullable<ReturnType<typeof useWallet>>['owner']; token: OptionToken; again: () => void }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const action = useAction();
  const { series, lots } = token;
  const isOver = snapshot.unixS >= series.expiryUnixS;
  const redeem = async () => [...(await priceFix(session.connection, snapshot, owner, series.expiryUnixS)), ...(await redeemInstructions(snapshot, owner, token))];
  const unwrap = async () => [await unwrapInstruction(snapshot, owner, token)];
  const [words, done, build] = isOver
    ? (['Redeem', 'Your tokens are redeemed', redeem] as const)
    : (['To my margin account', 'Your options are positions in your margin account', unwrap] as const);
  const lacks = isOver || snapshot.holder?.account !== undefined ? undefined : 'You have no margin account: tokens pay without one, after the expiry.';
  return (
    <tr>
      <th scope="row">{strike(series.strikeE6)} {series.kind === KIND_CALL ? 'call' : 'put'} <span className="muted">{dayMonth(series.expiryUnixS)} {clockTime(series.expiryUnixS)}</span></th>
      <td className="end num">{units(lots, snapshot.market.lotsPerUnit)}</td>
      <td className="end">
        <ChainButton quiet action={action} tone="plain" reason={refusalOf(session.engine, snapshot, isOver ? 'settle' : 'reduceRisk') ?? lacks} onClick={() => void action.run(done, build).then((sent) => { if (sent) again(); })}>{words}</ChainButton>
        {lacks !== undefined && <p className="field-hint">{lacks}</p>}
        {action.failure && <Problem of={action.failure} />}
      </td>
    </tr>
  );
}
