/** How the account's margin is computed, and the way to the other. */
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { MODE_PORTFOLIO, MODE_STANDARD, modeInstruction } from '../../chain/account';
import { refusalOf } from '../../chain/levels';
import { ChainButton } from '../../ui/chain-button';
import { Pill, Problem } from '../../ui/kit';
import { useAction } from '../../ui/use-action';

const NAMES: Readonly<Record<number, { name: string; about: string }>> = {
  [MODE_STANDARD]: { name: 'Standard margin', about: 'The largest loss at expiry, whatever volatility does.' },
  [MODE_PORTFOLIO]: { name: 'Portfolio margin', about: 'Every position repriced in every scenario of price and volatility.' },
};

export function Mode({ mode }: { mode: number }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const other = mode === MODE_STANDARD ? MODE_PORTFOLIO : MODE_STANDARD;
  const change = () => void action.run(`${NAMES[other]?.name} from now on`, async () => (wallet === undefined ? [] : [await modeInstruction(snapshot, wallet.owner, other)]));
  return (
    <span className="row">
      <Pill tone="info" title={NAMES[mode]?.about}>{NAMES[mode]?.name ?? 'Unknown mode'}</Pill>
      <ChainButton quiet action={action} tone="plain" reason={refusalOf(session.engine, snapshot, 'newRisk')} onClick={change}>
        Use {NAMES[other]?.name.toLowerCase()}
      </ChainButton>
      {action.failure && <Problem of={action.failure} />}
    </span>
  );
}
