/** Which network this page is for: `network.json` beside it. */
import { Refusal } from '@bastion/client';

export type NetworkConfig = {
  name: string;
  rpcUrl: string;
  wsUrl: string;
  /** As the page's publisher knows the cluster: an RPC node of another one is refused. */
  genesisHash: string;
  symbol: string;
  /** Absent: the page lives on posted quotes alone. */
  relayUrl?: string;
  /** Absent on public networks. */
  faucetUrl?: string;
};

const REMEDY = 'Serve the page with a network.json beside it, as `make demo` does.';

export async function configLoad(): Promise<NetworkConfig> {
  const response = await fetch('./network.json', { cache: 'no-store' }).catch(() => undefined);
  if (response?.ok !== true) throw new Refusal('The page does not know its network', REMEDY);
  const config = (await response.json().catch(() => undefined)) as Partial<NetworkConfig> | undefined;
  const { name, rpcUrl, wsUrl, genesisHash, symbol } = config ?? {};
  if (!name || !rpcUrl || !wsUrl || !genesisHash || !symbol) throw new Refusal('network.json is incomplete', REMEDY);
  return { ...config, name, rpcUrl, wsUrl, genesisHash, symbol };
}

const CHAINS: Readonly<Record<string, `solana:${string}`>> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': 'solana:mainnet',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: 'solana:devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY': 'solana:testnet',
};

/** The cluster as wallets name it. */
export const chainOf = ({ genesisHash }: NetworkConfig): `solana:${string}` => CHAINS[genesisHash] ?? 'solana:localnet';
