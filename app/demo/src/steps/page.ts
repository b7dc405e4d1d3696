import { Live } from '../lib/live.js';
import type { Network } from '../lib/network.js';
import { PAGE_PORT } from '../lib/site.js';
import { visit } from '../lib/visit.js';
import type { Trading } from './market.js';

/** Whether somebody is there to look at the page, and to end it. */
const IS_WATCHED = process.stdin.isTTY === true && !process.env['CI'];

/** The network goes on by itself and the page shows it: until Ctrl-C, or, where nobody could press it, until all of it has been seen. */
export async function page(trading: Trading, network: Network, done: string): Promise<void> {
  const { report } = trading;
  report.begin('The page', 'prices, quotes, a vault’s auction and what the council decides, as anybody sees them in a browser');
  const live = await Live.open(trading, { port: PAGE_PORT, operated: true });
  try {
    const { url } = live.site;
    report.ok(`the daemons run the network: a relay, a maker, a keeper; the page is at ${url}`);
    await visit(url, (words) => report.ok(words));
    report.success(IS_WATCHED ? `${done}; the page stays at ${url} until Ctrl-C` : done);
    if (IS_WATCHED) await ended(network);
  } finally {
    await live.stop();
  }
}

/** Until somebody asks for the end; throws if the network ends by itself. */
async function ended(network: Network): Promise<void> {
  // From here on an interruption is no failure.
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
  const asked = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(undefined));
  });
  const death = await Promise.race([asked, network.died]);
  if (death !== undefined) throw death;
}
