/** One button's work off chain: whether it goes on, and what went wrong. */
import type { Explanation } from '@bastion/client';
import { useCallback, useState } from 'react';
import { explained } from './kit';

export type Attempt = { isBusy: boolean; failure: Explanation | undefined; run: (work: () => Promise<void>) => Promise<void> };

export function useAttempt(): Attempt {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Explanation>();
  const run = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      setFailure(explained(error));
    } finally {
      setBusy(false);
    }
  }, []);
  return { isBusy, failure, run };
}
