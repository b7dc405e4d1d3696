/** Connecting a wallet, and what the connected one holds. */
import { useEffect, useRef } from 'react';
import { useLive, useSession, useWallet } from '../app-context';
import { Store, useStore } from '../chain/store';
import { short, sol, usd } from '../chain/format';
import { Fact, Facts, Note, Problem } from '../ui/kit';
import { useAttempt } from '../ui/use-attempt';
import { connectTo, disconnect, wallets } from './wallets';

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
  const { failure, run } = useAttempt();
  return (
    <>
      <header className="panel-head">
        <h2>{wallet ? wallet.wallet.name : 'Connect a wallet'}</h2>
        <button type="button" className="button button-plain button-small" onClick={() => walletDialog.set(false)}>
          Close
        </button>
      </header>
      {wallet ? (
        <WalletHoldings onDisconnect={() => void run(disconnect)} />
      ) : found.length === 0 ? (
        <Note>No wallet of this browser follows the wallet standard. Install one, then reload the page.</Note>
      ) : (
        <ul className="wallet-list">
          {found.map((each) => (
            <li key={each.name}>
              <button type="button" className="wallet-choice" onClick={() => void run(() => connectTo(each).then(() => walletDialog.set(false)))}>
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
  const { isBusy, failure, run } = useAttempt();
  const holder = snapshot?.holder;
  const fund = () =>
    run(async () => {
      const response = await fetch(session.config.faucetUrl ?? '', { method: 'POST', body: JSON.stringify({ owner: wallet?.owner }) });
      if (!response.ok) throw new Error(`the faucet answered: ${await response.text()}`);
      await session.refresh();
    });
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
          <button type="button" className="button button-primary" disabled={isBusy} onClick={() => void fund()}>
            {isBusy ? 'Sending…' : 'Get test funds'}
          </button>
        )}
        <button type="button" className="button button-plain" onClick={onDisconnect}>
          Disconnect
        </button>
      </div>
    </>
  );
}
