import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DESKTOP, PHONE, go, seriousFindings, shoot, stage } from './stage.js';

const PAGES = ['Chain', 'Portfolio', 'Vaults', 'Risk', 'Governance'];

describe('looks', { timeout: 600_000 }, () => {
  for (const theme of ['dark', 'light'] as const) {
    test(`axe_finds_nothing_serious_on_any_page_in_the_${theme}_theme`, async () => {
      const { tab } = stage();
      await tab.evaluate((to) => (document.documentElement.dataset['theme'] = to), theme);
      for (const page of PAGES) {
        await go(tab, page);
        await tab.waitForFunction(() => document.querySelector('.loading') === null);
        assert.deepEqual(await seriousFindings(tab), [], page);
        await shoot(tab, `${page.toLowerCase()}-desktop-${theme}`);
      }
    });
  }

  test('pages_fit_a_phone_without_scrolling_sideways', async () => {
    const { tab } = stage();
    await tab.setViewportSize(PHONE);
    for (const page of PAGES) {
      await go(tab, page);
      await tab.waitForFunction(() => document.querySelector('.loading') === null);
      const width = await tab.evaluate(() => document.documentElement.scrollWidth);
      await shoot(tab, `${page.toLowerCase()}-phone`);
      assert.ok(width <= PHONE.width, `${page} is ${width} pixels wide`);
      assert.deepEqual(await seriousFindings(tab), [], page);
    }
    await tab.setViewportSize(DESKTOP);
  });

  test('a_price_is_chosen_by_keyboard_alone', async () => {
    const { tab } = stage();
    await go(tab, 'Chain');
    await tab.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const quote = tab.getByRole('button', { name: /^Buy the call 165 / });
    await quote.waitFor();
    for (let presses = 0; presses < 120; presses += 1) {
      await tab.keyboard.press('Tab');
      if (await quote.evaluate((element) => element === document.activeElement)) break;
    }
    await tab.keyboard.press('Enter');
    assert.equal(await quote.getAttribute('aria-pressed'), 'true');
  });
});
