/** An order that another page wants the ticket to hold. */
import type { PackageLeg } from '@bastion/client';
import { Store } from '../../chain/store';

export const wantedOrder = new Store<{ legs: readonly PackageLeg[]; lots: string } | undefined>(undefined);
