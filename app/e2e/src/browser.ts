/** The page in Chromium against a real validator: one network and one trader, who goes through the files below in this order. */
import { after, before } from 'node:test';
import { stageClose, stageOpen } from './browser/stage.js';

before(stageOpen);
after(stageClose);

await import('./browser/trade.js');
await import('./browser/vault.js');
await import('./browser/preview.js');
await import('./browser/trouble.js');
await import('./browser/govern.js');
await import('./browser/passkey.js');
await import('./browser/looks.js');
await import('./browser/settle.js');
