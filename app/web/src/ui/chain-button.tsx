/** A button that acts on chain. Without a wallet it offers to connect one; where it may not be used it says why. */
import type { ReactNode } from 'react';
import { useWallet } from '../app-context';
import { walletDialog } from '../wallet/wallet-menu';
import type { ChainAction } from './use-action';
import { STAGE_WORDS } from './use-action';
import { Problem } from './kit';

export function ChainButton({ action, reason, onClick, children, tone = 'primary', quiet = false }: {
  action: ChainAction;
  /** Why it cannot be pressed. */
  reason?: string | undefined;
  onClick: () => void;
  children: ReactNode;
  tone?: 'primary' | 'good' | 'bad' | 'plain';
  /** For rows: no explanation below. */
  quiet?: boolean;
}) {
  const wallet = useWallet();
  if (wallet === undefined && !quiet) {
    return (
      <button type="button" className="button button-primary button-wide" onClick={() => walletDialog.set(true)}>
        Connect a wallet
      </button>
    );
  }
  const busy = action.stage !== undefined;
  return (
    <div className={quiet ? 'chain-button-quiet' : 'chain-button'}>
      <button
        type="button"
        className={`button button-${tone} ${quiet ? 'button-small' : 'button-wide'}`}
        disabled={busy || reason !== undefined || wallet === undefined}
        title={quiet ? reason : undefined}
        aria-busy={busy}
        onClick={onClick}
      >
        {action.stage === undefined ? children : STAGE_WORDS[action.stage]}
      </button>
      {!quiet && reason !== undefined && <p className="reason" role="status">{reason}</p>}
      {!quiet && action.failure && <Problem of={action.failure} />}
    </div>
  );
}
