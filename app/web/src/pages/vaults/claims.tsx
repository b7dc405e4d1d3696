/** What of the owner's waits, and what of it can be claimed or taken back. */
import { TOKEN_2022, vaultDepositCancel, vaultDepositClaim, vaultWithdrawCancel, vaultWithdrawClaim } from '@bastion/client';
import { getCreateAssociatedTokenIdempotentInstructionAsync } from '@solana-program/token';
import { createNoopSigner, type Address, type Instruction } from '@solana/kit';
import { useSession, useSnapshot, useWallet } from '../../app-context';
import { walletOf } from '../../chain/account';
import { decimal, sol, usd } from '../../chain/format';
import { TURNED, isCutOff, shareWalletOf, type EpochView, type VaultView } from '../../chain/vaults';
import { ChainButton } from '../../ui/chain-button';
import { Problem } from '../../ui/kit';
import { useAction } from '../../ui/use-action';
import { assetOf } from './words';

type Item = { key: string; text: string; button: string; done: string; reason: string | undefined; build: (owner: Address) => Promise<Instruction[]> };

export function Claims({ view, again }: { view: VaultView; again: () => void }) {
  const { config } = useSession();
  const snapshot = useSnapshot();
  const wallet = useWallet();
  const action = useAction();
  const items = view.epochs.flatMap((epoch) => [...depositItems(view, epoch, config.symbol, snapshot), ...withdrawalItems(view, epoch, config.symbol, snapshot)]);
  if (wallet === undefined || items.length === 0) return null;
  return (
    <div className="claims">
      <h3>Yours in the queues</h3>
      <ul>
        {items.map(({ key, text, button, done, reason, build }) => (
          <li key={key}>
            <span>{text}</span>
            <ChainButton quiet action={action} tone="plain" reason={reason} onClick={() => void action.run(done, () => build(wallet.owner)).then((sent) => { if (sent) again(); })}>{button}</ChainButton>
          </li>
        ))}
      </ul>
      {action.failure && <Problem of={action.failure} />}
    </div>
  );
}

type Now = Pick<ReturnType<typeof useSnapshot>, 'unixS' | 'slot' | 'market'>;
const CUT_OFF = 'The result can be known: wait for the turn.';

function depositItems(view: VaultView, epoch: EpochView, symbol: string, now: Now): Item[] {
  const deposit = epoch.part?.deposit;
  if (deposit === undefined) return [];
  const { keys, vault } = view;
  const asset = assetOf(view, symbol);
  const step = (owner: Address) => ({ keys, epoch: epoch.number, owner: createNoopSigner(owner) });
  const amount = asset.show(deposit.amountAtoms);
  if (epoch.state === TURNED && epoch.depositsRefused === 0) {
    const shares = epoch.depositAtoms === 0n ? 0n : (epoch.depositShares * deposit.amountAtoms) / epoch.depositAtoms;
    return [{
      key: `d${epoch.number}`,
      text: `Deposit of ${amount} in epoch ${epoch.number}: ${decimal(shares, vault.shareDecimals, 3)} shares`,
      button: 'Claim shares',
      done: `Shares of epoch ${epoch.number} claimed`,
      reason: undefined,
      build: async (owner) => [
        await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: createNoopSigner(owner), owner, mint: keys.shareMint, tokenProgram: TOKEN_2022 }),
        await vaultDepositClaim(step(owner), await shareWalletOf(keys, owner)),
      ],
    }];
  }
  return [{
    key: `d${epoch.number}`,
    text: epoch.state === TURNED ? `Deposit of ${amount} in epoch ${epoch.number} was handed back: there was no price to join at` : `Deposit of ${amount} waits for the turn of epoch ${epoch.number}`,
    button: 'Take back',
    done: `${amount} taken back`,
    reason: isCutOff(epoch, now.unixS) ? CUT_OFF : undefined,
    build: async (owner) => [await vaultDepositCancel(step(owner), await walletOf(owner, keys.mint), now.slot)],
  }];
}

function withdrawalItems({ keys, vault }: VaultView, epoch: EpochView, symbol: string, now: Now): Item[] {
  const withdrawal = epoch.part?.withdrawal;
  if (withdrawal === undefined) return [];
  const step = (owner: Address) => ({ keys, epoch: epoch.number, owner: createNoopSigner(owner) });
  const shares = decimal(withdrawal.shares, vault.shareDecimals, 3);
  if (epoch.state !== TURNED) {
    return [{
      key: `w${epoch.number}`,
      text: `${shares} shares leave at the turn of epoch ${epoch.number}`,
      button: 'Keep them',
      done: `${shares} shares stay`,
      reason: isCutOff(epoch, now.unixS) ? CUT_OFF : undefined,
      build: async (owner) => [await vaultWithdrawCancel(step(owner), await shareWalletOf(keys, owner))],
    }];
  }
  const part = (atoms: bigint) => (epoch.withdrawShares === 0n ? 0n : (atoms * withdrawal.shares) / epoch.withdrawShares);
  return [{
    key: `w${epoch.number}`,
    text: `${shares} shares of epoch ${epoch.number}: ${sol(part(epoch.withdrawnBaseAtoms))} ${symbol} and ${usd(part(epoch.withdrawnQuoteAtoms))} USDC`,
    button: 'Claim',
    done: `What was put aside in epoch ${epoch.number} is yours`,
    reason: undefined,
    build: async (owner) => {
      const [base, quote] = [await walletOf(owner, keys.baseMint), await walletOf(owner, keys.quoteMint)];
      const open = (mint: Address) => getCreateAssociatedTokenIdempotentInstructionAsync({ payer: createNoopSigner(owner), owner, mint });
      return [await open(keys.baseMint), await open(keys.quoteMint), await vaultWithdrawClaim(step(owner), { base, quote }, now.slot)];
    },
  }];
}
