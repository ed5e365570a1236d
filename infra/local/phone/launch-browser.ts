/** Launches an installed Chromium for the page's tests and its screenshot. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Debian's path; `CHROMIUM` overrides it. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * Switches off everything that a browser requests on its own, so that it loads only the page. One
 * site needs only one process.
 */
const ARGUMENTS = [
  '--no-sandbox',
  '--headless=new',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--process-per-site',
  '--disable-features=SpareRendererForSitePerProcess',
];

export interface LaunchOptions {
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface LaunchedBrowser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** The reason why no browser can be launched; `undefined` if one can. */
export function missingBrowser(): string | undefined {
  return existsSync(EXECUTABLE)
    ? undefined
    : `no browser at ${EXECUTABLE}: install Chromium, or name another with CHROMIUM`;
}

/** The browser gets its own profile, which is deleted when it closes. */
export async function launchBrowser({
  width,
  height,
  colorScheme = 'light',
}: LaunchOptions): Promise<LaunchedBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'silent-auth-browser-'));
  const remove = (): void => rmSync(profile, { recursive: true, force: true });
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: EXECUTABLE,
      args: ARGUMENTS,
      viewport: { width, height },
      colorScheme,
    });
    return {
      context,
      async close() {
        await context.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
