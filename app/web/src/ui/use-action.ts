/** One button's work on chain: its stage, its outcome, what went wrong. */
import type { Explanation } from '@bastion/client';
import type { Instruction } from '@solana/kit';
import { useCallback, useState } from 'react';
import { useSession, useWallet } from '../app-context';
import { transact, type Stage } from '../wallet/transact';
import { explained } from './kit';
import { toast } from './toasts';

export const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  passkey: 'Waiting for your passkey…',
  checking: 'Simulating…',
  signing: 'Waiting for your signature…',
  confirming: 'Confirming…',
};

/** The instructions of an action; what needs a person on the way says which stage that is. */
export type Build = (stage: (stage: Stage) => void) => Promise<readonly Instruction[]>;

export type ChainAction = {
  stage: Stage | undefined;
  failure: Explanation | undefined;
  /** Builds, simulates, signs, sends. Resolves to whether it was confirmed. */
  run: (done: string, build: Build) => Promise<boolean>;
  clear: () => void;
};

export function useAction(): ChainAction {
  const session = useSession();
  const wallet = useWallet();
  const [stage, setStage] = useState<Stage>();
  const [failure, setFailure] = useState<Explanation>();
  const run = useCallback(
    async (done: string, build: Build) => {
      if (wallet === undefined) return false;
      setFailure(undefined);
      setStage('checking');
      try {
        const signature = await transact(session, wallet, await build(setStage), setStage);
        toast(done, signature);
        return true;
      } catch (error) {
        setFailure(explained(error));
        return false;
      } finally {
        setStage(undefined);
      }
    },
    [session, wallet],
  );
  return { stage, failure, run, clear: useCallback(() => setFailure(undefined), []) };
}
