/** A local network with a living market and the page on it, without the play: for working on the page. Ends with Ctrl-C. */
import { Live } from './lib/live.js';
import { networkStart } from './lib/network.js';
import { Report } from './lib/report.js';
import { PAGE_PORT } from './lib/site.js';
import { feedCreate } from './steps/feed.js';
import { marketCreate } from './steps/market.js';
import { programsDeploy } from './steps/network.js';

const STEPS = 3;
const LIFE_S = 600;

const network = await networkStart('live');
const report = new Report(STEPS);
const trading = await marketCreate(await feedCreate(await programsDeploy(report, network)), LIFE_S);
const live = await Live.open(trading, { port: PAGE_PORT, operated: true });
report.success(`the page is at ${live.site.url}; Ctrl-C ends it`);
const stop = async () => {
  await live.stop();
  await trading.keeper.stop();
  await network.stop();
  process.exit(0);
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
