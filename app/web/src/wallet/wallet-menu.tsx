/** Connecting a wallet, and what the connected one holds. */
import { useEffect, useRef, useState } from 'react';
import { useLive, useSession, useWallet } from '../app-context';
import { Store, useStore } from '../chain/store';
import { short, sol, usd } from '../chain/format';
import { explained, Fact, Facts, Note, Problem } from '../ui/kit';
import { connectTo, disconnect, wallets } from './wallets';
import type { Explanation } from '@bastion/client';

export const walletDialog = new Store(false);

export function WalletButton() {
  const wallet = useWallet();
  return (
    <button type="button" className={`button ${wallet ? 'button-plain' : 'button-primary'}`} aria-haspopup="dialog" onClick={() => walletDialog.set(true)}>
      {wallet ? <span className="num">{short(wallet.owner)}</span> : 'Connect'}
    </button>
  );
}

export function WalletDialog() {
  const open = useStore(walletDialog);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" aria-label="Wallet" onClose={() => walletDialog.set(false)}>
      {open && <WalletBody />}
    </dialog>
  );
}

function WalletBody() {
  const wallet = useWallet();
  const found = useStore(wallets);
  const [failure, setFailure] = useState<Explanation>();
  const attempt = (work: Promise<void>) => {
    setFailure(undefined);
    work.then(() => undefined, (error: unknown) => setFailure(explained(error)));
  };
  return (
    <>
      <header className="panel-head">
        <h2>{wallet ? wallet.wallet.name : 'Connect a wallet'}</h2>
        <button type="button" className="button button-plain button-small" onClick={() => walletDialog.set(false)}>
          Close
        </button>
      </header>
      {wallet ? (
        <WalletHoldings onDisconnect={() => attempt(disconnect())} />
      ) : found.length === 0 ? (
        <Note>No wallet of this browser follows the wallet standard. Install one, then reload the page.</Note>
      ) : (
        <ul className="wallet-list">
          {found.map((each) => (
            <li key={each.name}>
              <button type="button" className="wallet-choice" onClick={() => attempt(connectTo(each).then(() => walletDialog.set(false)))}>
                <img src={each.icon} alt="" width={28} height={28} />
                {each.name}
              </button>
            </li>
          ))}
        </ul>
      )}
      {failure && <Problem of={failure} />}
    </>
  );
}

function WalletHoldings({ onDisconnect }: { onDisconnect: () => void }) {
  const session = useSession();
  const wallet = useWallet();
  const { snapshot } = useLive();
  const [state, setState] = useState<'idle' | 'busy'>('idle');
  const [failure, setFailure] = useState<Explanation>();
  const holder = snapshot?.holder;
  const fund = async () => {
    setState('busy');
    setFailure(undefined);
    try {
      const response = await fetch(session.config.faucetUrl ?? '', { method: 'POST', body: JSON.stringify({ owner: wallet?.owner }) });
      if (!response.ok) throw new Error(`the faucet answered: ${await response.text()}`);
      await session.refresh();
    } catch (error) {
      setFailure(explained(error));
    } finally {
      setState('idle');
    }
  };
  return (
    <>
      <p className="address num">{wallet?.owner}</p>
      <Facts>
        <Fact label="SOL for fees">{sol(holder?.lamports ?? 0n)}</Fact>
        <Fact label="Wrapped SOL">{sol(holder?.baseAtoms ?? 0n)}</Fact>
        <Fact label="USDC">{usd(holder?.quoteAtoms ?? 0n)}</Fact>
      </Facts>
      {failure && <Problem of={failure} />}
      <div className="row">
        {session.config.faucetUrl && (
          <button type="button" className="button button-primary" disabled={state === 'busy'} onClick={() => void fund()}>
            {state === 'busy' ? 'Sending…' : 'Get test funds'}
          </button>
        )}
        <button type="button" className="button button-plain" onClick={onDisconnect}>
          Disconnect
        </button>
      </div>
    </>
  );
}
