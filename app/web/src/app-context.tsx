/** What every page has: the session and the connected wallet. */
import { createContext, use } from 'react';
import type { Session } from './chain/session';
import type { Snapshot } from './chain/snapshot';
import { useStore } from './chain/store';
import { connected, type Connected } from './wallet/wallets';

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('no session above this component');
  return session;
}

export const useLive = () => useStore(useSession().live);
export const useWallet = (): Connected | undefined => useStore(connected);

/** The market as last read. Only below `MarketGate`, which shows something else while there is none. */
export function useSnapshot(): Snapshot {
  const { snapshot } = useLive();
  if (snapshot === undefined) throw new Error('no snapshot: render below MarketGate');
  return snapshot;
}
