/** A wallet for local networks only: its key lives in this browser's storage. It speaks the wallet standard as any other wallet does. */
import { registerWallet } from '@wallet-standard/wallet';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import type { StandardConnectFeature, StandardDisconnectFeature, StandardEventsFeature } from '@wallet-standard/features';
import { SolanaSignTransaction, type SolanaSignTransactionFeature } from '@solana/wallet-standard-features';
import {
  createKeyPairFromPrivateKeyBytes,
  getAddressEncoder,
  getAddressFromPublicKey,
  getTransactionDecoder,
  getTransactionEncoder,
  partiallySignTransaction,
} from '@solana/kit';

const STORED_AT = 'bastion.burner';
const CHAINS = ['solana:localnet'] as const;
const ICON = `data:image/svg+xml;base64,${btoa('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#e2725b" d="M16 3c5 6 8 9 8 15a8 8 0 0 1-16 0c0-3 2-5 3-7 1 2 2 3 3 3 1-4 0-7 2-11z"/></svg>')}` as const;

export const BURNER_NAME = 'Burner (local network)';

/** The stored key, or a new one. */
function seed(): Uint8Array {
  const stored = localStorage.getItem(STORED_AT)?.match(/../g)?.map((byte) => parseInt(byte, 16));
  if (stored?.length === 32) return Uint8Array.from(stored);
  const fresh = crypto.getRandomValues(new Uint8Array(32));
  localStorage.setItem(STORED_AT, [...fresh].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  return fresh;
}

export async function burnerRegister(): Promise<void> {
  const keys = await createKeyPairFromPrivateKeyBytes(seed());
  const owner = await getAddressFromPublicKey(keys.publicKey);
  const account: WalletAccount = {
    address: owner,
    publicKey: Uint8Array.from(getAddressEncoder().encode(owner)),
    chains: CHAINS,
    features: [SolanaSignTransaction],
    label: 'Burner',
  };
  let accounts: readonly WalletAccount[] = [];
  const listeners = new Set<(change: { accounts?: readonly WalletAccount[] }) => void>();
  const change = (to: readonly WalletAccount[]) => {
    accounts = to;
    for (const listener of listeners) listener({ accounts });
  };
  const features: StandardConnectFeature & StandardDisconnectFeature & StandardEventsFeature & SolanaSignTransactionFeature = {
    'standard:connect': {
      version: '1.0.0',
      connect: async () => {
        change([account]);
        return { accounts };
      },
    },
    'standard:disconnect': { version: '1.0.0', disconnect: async () => change([]) },
    'standard:events': {
      version: '1.0.0',
      on: (_event, listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    'solana:signTransaction': {
      version: '1.0.0',
      supportedTransactionVersions: ['legacy', 0],
      signTransaction: (...inputs) =>
        Promise.all(
          inputs.map(async ({ transaction }) => {
            const signed = await partiallySignTransaction([keys], getTransactionDecoder().decode(transaction));
            return { signedTransaction: Uint8Array.from(getTransactionEncoder().encode(signed)) };
          }),
        ),
    },
  };
  const wallet: Wallet = {
    version: '1.0.0',
    name: BURNER_NAME,
    icon: ICON,
    chains: CHAINS,
    features,
    get accounts() {
      return accounts;
    },
  };
  registerWallet(wallet);
}
