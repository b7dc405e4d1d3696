/**
 * The suite: one network, one deployment, one market, and the files below in this order. The last ones change what the others rest on:
 * the brake, the code, and whether there is a network at all.
 */
import { after, before } from 'node:test';
import { sceneOpen, sceneClose } from './scene.js';

before(sceneOpen);
after(sceneClose);

await import('./deposits.js');
await import('./quotes.js');
await import('./cli.js');
await import('./packages.js');
await import('./vault.js');
await import('./feeds.js');
await import('./brake.js');
await import('./p256.js');
await import('./upgrade.js');
await import('./daemons.js');
await import('./restart.js');
