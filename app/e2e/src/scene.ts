/** What the tests share: a network with the deployed protocol, a running feed, a market and its people. */
import { networkStart, type Network } from '@bastion/demo/lib/network';
import { Report } from '@bastion/demo/lib/report';
import { feedCreate } from '@bastion/demo/steps/feed';
import { marketCreate, type Trading } from '@bastion/demo/steps/market';
import { programsDeploy } from '@bastion/demo/steps/network';

/** Far enough that nothing expires while the suite runs. */
const LIFE_S = 3_600;

let network: Network | undefined;
let opened: Trading | undefined;

export async function sceneOpen(): Promise<void> {
  network = await networkStart('e2e');
  const report = new Report(0, 'quiet');
  opened = await marketCreate(await feedCreate(await programsDeploy(report, network)), LIFE_S);
}

export async function sceneClose(): Promise<void> {
  await opened?.keeper.stop();
  await network?.stop();
}

export function scene(): Trading {
  if (opened === undefined) {
    throw new Error('the scene is not open');
  }
  return opened;
}

let nonce = 1_000n;

/** A nonce that no quote of this run has had. */
export function nextNonce(): bigint {
  nonce += 1n;
  return nonce;
}
