/** The steps of an epoch that anybody may take, offered when they are due: nothing waits for one keeper. */
import { margin, vaultAuctionClear, vaultTurn } from '@bastion/client';
import { createNoopSigner } from '@solana/kit';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { refusalOf } from '../../chain/levels';
import type { EpochView, Phase, VaultView } from '../../chain/vaults';
import { ChainButton } from '../../ui/chain-button';
import { useAction } from '../../ui/use-action';

export function AuctionSteps({ view, epoch, phase, again }: { view: VaultView; epoch: EpochView; phase: Phase; again: () => void }) {
  const session = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  if (wallet === undefined) return null;
  if (phase === 'clear') {
    const clear = async () => [await vaultAuctionClear(view.keys, epoch.number)];
    return (
      <ChainButton action={action} tone="plain" reason={refusalOf(session.engine, snapshot, 'auction')} onClick={() => void action.run('The auction is cleared', clear).then((done) => { if (done) again(); })}>
        Clear the auction
      </ChainButton>
    );
  }
  if (phase !== 'expired') return null;
  const unsettled = epoch.bidsUnsettled > 0 ? `${epoch.bidsUnsettled} bids are not settled yet.` : undefined;
  const fixed = snapshot.expiries.find(({ expiryUnixS }) => expiryUnixS === epoch.expiryUnixS)?.settlementPriceE6 !== undefined;
  const turn = async () => {
    const holds = view.trading?.positions.some(({ expiryUnixS }) => expiryUnixS === epoch.expiryUnixS) === true;
    const settle = holds ? [margin.getAccountSettleInstruction({ market: snapshot.marketAddress, expiry: epoch.expiry, account: view.keys.tradingAccount })] : [];
    return [...settle, await vaultTurn(view.keys, epoch.number, createNoopSigner(wallet.owner), epoch.expiry)];
  };
  return (
    <ChainButton action={action} tone="plain" reason={unsettled ?? (fixed ? undefined : 'The expiry has no settlement price yet.')} onClick={() => void action.run('The epoch has turned', turn).then((done) => { if (done) again(); })}>
      Turn the epoch
    </ChainButton>
  );
}
