/** What the browser tests share: a network with a living market, the page served from it, one browser and one trader's tab. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { COVERED_CALL } from '@bastion/client';
import { Live } from '@bastion/demo/lib/live';
import { networkStart, type Network } from '@bastion/demo/lib/network';
import { base } from '@bastion/demo/lib/numbers';
import { OptionVault, mandateOf } from '@bastion/demo/lib/option-vault';
import { ROOT } from '@bastion/demo/lib/paths';
import { Report } from '@bastion/demo/lib/report';
import { feedCreate } from '@bastion/demo/steps/feed';
import { marketCreate, type Trading } from '@bastion/demo/steps/market';
import { programsDeploy } from '@bastion/demo/steps/network';
import { address, type Address } from '@solana/kit';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Debian's; another one by the environment. */
const CHROMIUM = process.env['BASTION_CHROMIUM'] ?? '/usr/bin/chromium';
const SHOTS = join(ROOT, 'target/e2e-web');
/** The first expiry passes while the suite runs, and is settled by the page. */
const LIFE_S = 200;
/** An epoch's expiry may be half of it away, or twice it: the first one is until a minute before. */
const EPOCH_S = 120;
const AUCTION_S = 15;
const MANDATE = mandateOf({ auctionS: AUCTION_S, epochS: EPOCH_S, deltaMaxBps: 5_000, distanceBps: 1 });
/** As a screen that nobody looks at can do without. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const EXPIRIES_S = [86_400, 604_800];
export const PATIENCE_MS = 60_000;
/** For what waits on the cluster's clock, which falls behind on a machine that is busy. */
export const CLOCK_MS = 600_000;

export interface Stage {
  readonly trading: Trading;
  readonly live: Live;
  readonly optionVault: OptionVault;
  readonly browser: Browser;
  readonly tab: Page;
  /** Of the trader's burner wallet, once it is connected. */
  owner(): Promise<Address>;
}

let network: Network | undefined;
let opened: Omit<Stage, 'owner'> | undefined;

export async function stageOpen(): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  network = await networkStart('e2e-web');
  const trading = await marketCreate(await feedCreate(await programsDeploy(new Report(0, 'quiet'), network)), LIFE_S);
  const live = await Live.open(trading, { expiriesS: EXPIRIES_S });
  const optionVault = await OptionVault.create(trading.exchange, trading.cast.deployer, 0, COVERED_CALL, MANDATE);
  // The sandbox needs rights that CI and containers do not give; nothing but this page is opened.
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  opened = { trading, live, optionVault, browser, tab: await tabOpen(browser, live) };
}

export async function stageClose(): Promise<void> {
  await opened?.browser.close();
  await opened?.live.stop();
  await opened?.trading.keeper.stop();
  await network?.stop();
}

export function stage(): Stage {
  if (opened === undefined) throw new Error('the stage is not open');
  const { tab } = opened;
  return { ...opened, owner: async () => address(await tab.evaluate(() => (globalThis as unknown as Window).localStorage.getItem('e2e.owner') ?? '')) };
}

/** A fresh visitor's tab. What it throws fails the test that runs. */
export async function tabOpen(browser: Browser, live: Live, prepare?: (context: BrowserContext) => Promise<void>): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 950 }, colorScheme: 'dark' });
  context.setDefaultTimeout(PATIENCE_MS);
  await prepare?.(context);
  const tab = await context.newPage();
  await tab.goto(live.site.url);
  return tab;
}

export async function go(tab: Page, page: string): Promise<void> {
  await tab.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: page }).click();
  await tab.getByRole('heading', { level: 1, name: page }).waitFor();
}

/** A picture to look at. */
export async function shoot(tab: Page, name: string): Promise<void> {
  await tab.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Finding = { id: string; impact: string; help: string; nodes: { html: string }[] };

/** Serious findings of axe on what the tab shows, in words. */
export async function seriousFindings(tab: Page): Promise<string[]> {
  await tab.evaluate(AXE);
  const violations = await tab.evaluate<Finding[]>('axe.run().then(({ violations }) => violations)');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

/** Waits for what is said once something is confirmed. */
export async function toast(tab: Page, words: string): Promise<void> {
  await tab.locator('.toast', { hasText: words }).first().waitFor();
}

export async function enabled(button: { isEnabled(): Promise<boolean>; waitFor(options?: { timeout: number }): Promise<void> }, patienceMs = PATIENCE_MS): Promise<void> {
  await button.waitFor({ timeout: patienceMs });
  await until(() => button.isEnabled(), 'a button stayed disabled', patienceMs);
}

export async function until(is: () => Promise<boolean>, what: string, patienceMs = PATIENCE_MS): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await is())) {
    if (Date.now() > end) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
