/** What the browser tests share: a network with a living market, the page served from it, one browser and one trader's tab. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { COVERED_CALL } from '@bastion/client';
import { Live } from '@bastion/demo/lib/live';
import { networkStart } from '@bastion/demo/lib/network';
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
const MANDATE = mandateOf({ auctionS: EPOCH_S / 8, epochS: EPOCH_S, deltaMaxBps: 5_000, distanceBps: 1 });
/** As a screen that nobody looks at can do without. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
export const DESKTOP = { width: 1440, height: 950 };
export const PHONE = { width: 390, height: 844 };
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

let opened: Omit<Stage, 'owner'> | undefined;
/** What has been opened, to be closed from the last to the first. */
const closing: (() => Promise<unknown>)[] = [];

export async function stageOpen(): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const network = await networkStart('e2e-web');
  closing.push(() => network.stop());
  const priced = await feedCreate(await programsDeploy(new Report(0, 'quiet'), network));
  closing.push(() => priced.keeper.stop());
  const trading = await marketCreate(priced, LIFE_S);
  const live = await Live.open(trading, { expiriesS: EXPIRIES_S });
  closing.push(() => live.stop());
  const optionVault = await OptionVault.create(trading.exchange, trading.cast.deployer, 0, COVERED_CALL, MANDATE);
  // The sandbox needs rights that CI and containers do not give; nothing but this page is opened.
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  closing.push(() => browser.close());
  opened = { trading, live, optionVault, browser, tab: await tabOpen(browser, live) };
}

export async function stageClose(): Promise<void> {
  for (const close of closing.reverse()) await close();
}

export function stage(): Stage {
  if (opened === undefined) throw new Error('the stage is not open');
  const { tab } = opened;
  return { ...opened, owner: async () => address(await tab.evaluate(() => (globalThis as unknown as Window).localStorage.getItem('e2e.owner') ?? '')) };
}

/** A fresh visitor's tab. What it throws fails the test that runs. */
export async function tabOpen(browser: Browser, live: Live, prepare?: (context: BrowserContext) => Promise<void>): Promise<Page> {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'dark' });
  context.setDefaultTimeout(PATIENCE_MS);
  await prepare?.(context);
  const tab = await context.newPage();
  await tab.goto(live.site.url);
  return tab;
}

/** Connects the tab's burner wallet, which is new, and asks for test funds. Returns its address. */
export async function burnerEnter(tab: Page): Promise<Address> {
  await tab.getByRole('button', { name: 'Connect' }).first().click();
  await tab.getByRole('button', { name: /Burner/ }).click();
  await tab.locator('.top-end .button').last().click();
  const shown = await tab.locator('.dialog .address').innerText();
  await tab.getByRole('button', { name: 'Get test funds' }).click();
  await tab.locator('.dialog').getByText('25,000.00').waitFor();
  await tab.getByRole('button', { name: 'Close' }).click();
  return address(shown);
}

export async function go(tab: Page, page: string): Promise<void> {
  await tab.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: page }).click();
  await tab.getByRole('heading', { level: 1, name: page }).waitFor();
}

/** A picture to look at, of the whole page: in a window as high as it is, so that what stands at the window's edges covers nothing. */
export async function shoot(tab: Page, name: string): Promise<void> {
  const size = tab.viewportSize() ?? DESKTOP;
  const height = await tab.evaluate(() => document.documentElement.scrollHeight);
  await tab.setViewportSize({ ...size, height: Math.max(size.height, height) });
  await tab.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
  await tab.setViewportSize(size);
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

/**
 * Presses a button of the page and waits for what is said once it is confirmed. As a person would, presses again after a refusal that
 * passes by itself: a price that was too old for a moment.
 */
export async function press(tab: Page, name: string | RegExp, words: string, patienceMs = PATIENCE_MS): Promise<void> {
  const button = tab.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).first();
  const done = tab.locator('.toast', { hasText: words }).first();
  const refusal = tab.getByRole('alert').first();
  for (const end = Date.now() + patienceMs; ; ) {
    await enabled(button, patienceMs);
    await button.click();
    // While it works it bears another name.
    const refused = async () => (await button.isVisible()) && (await refusal.isVisible());
    await until(async () => (await refused()) || (await done.isVisible()), `“${words}” was not said`, patienceMs);
    if (await done.isVisible()) return;
    if (Date.now() > end) throw new Error(`“${words}” was not reached: ${await refusal.innerText()}`);
  }
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
