import { chromium } from 'playwright-core';
const [page = 'chain', mode = 'desktop', theme = 'dark', action = ''] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: mode === 'phone' ? { width: 390, height: 844 } : { width: 1440, height: 950 }, deviceScaleFactor: 1, colorScheme: theme });
const tab = await context.newPage();
tab.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log('console', m.text().slice(0, 400)));
tab.on('pageerror', (e) => console.log('pageerror', e.message, e.stack?.slice(0, 300)));
await tab.goto('http://127.0.0.1:4173/#/' + page);
await tab.waitForTimeout(6000);
if (action) { const f = (await import('/tmp/webshot/' + action + '.mjs')).default; await f(tab); }
await tab.screenshot({ path: `/tmp/webshot/${page}-${mode}-${theme}.png`, fullPage: mode === 'phone' });
await browser.close();
