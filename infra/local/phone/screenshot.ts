/**
 * `npm run screenshot`: starts the stack, plays the first story and writes `docs/phone-page.png`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progress } from '../../../shared/command/progress.ts';
import { runCommand } from '../../../shared/command/run-command.ts';
import { LocalStackError } from '../error.ts';
import { startStack } from '../stack.ts';
import { launchBrowser, missingBrowser } from './launch-browser.ts';
import { createPhonePage } from './serve.ts';

const FILE = join(import.meta.dirname, '../../../docs/phone-page.png');
const STORY_TIMEOUT_MS = 30_000;
const NUMBER = '+447700900178';

const USAGE = `Plays a story on the phone page in a browser and writes docs/phone-page.png.

npm run screenshot`;

await runCommand({ usage: USAGE, options: {}, run: screenshot });

async function screenshot(): Promise<void> {
  const missing = missingBrowser();
  if (missing !== undefined) throw new LocalStackError(missing);
  progress('starting the stack');
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-picture-'));
  const page = createPhonePage();
  const stack = await startStack({ localFolder: folder, servePage: page.serve });
  page.attach(stack.endpoints);
  try {
    progress('playing two stories in the browser');
    await takePicture(stack.endpoints.api);
    console.log(`docs/phone-page.png: ${Math.round(statSync(FILE).size / 1024)} KB`);
  } finally {
    await stack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Takes the picture of the second story, in which every function is warm, so that the times are
 * typical.
 */
async function takePicture(api: string): Promise<void> {
  const browser = await launchBrowser({ width: 1440, height: 1000 });
  try {
    const [tab = await browser.context.newPage()] = browser.context.pages();
    await tab.goto(api);
    for (const pace of ['fast', 'watch']) {
      await tab.locator(`input[name=pace][value=${pace}]`).check();
      await tab.locator('#number').fill(NUMBER);
      await tab.locator('#verify').click();
      await tab.locator('#badge[data-state=good]').waitFor({ timeout: STORY_TIMEOUT_MS });
      await tab.locator('.row', { hasText: 'summary completed' }).waitFor();
      await tab.locator('#log li:nth-child(6)').waitFor();
      if (pace === 'fast') await tab.locator('#again').click();
    }
    await tab
      .locator('.preset')
      .first()
      .evaluate((preset) => {
        preset.setAttribute('aria-pressed', 'true');
      });
    // Soft shadows would make the file large.
    await tab.evaluate(() => {
      for (const element of document.querySelectorAll<HTMLElement>('.panel, .device')) {
        element.style.boxShadow = 'none';
      }
    });
    await tab.screenshot({ path: FILE, fullPage: true, animations: 'disabled' });
  } finally {
    await browser.close();
  }
}
