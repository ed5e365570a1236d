/** The files that the browser loads. They are bundled once, when the page is first opened. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { PageAnswer } from './page-answer.ts';
import { readWebRedirect } from './web-redirect.ts';

/** Assets by path. */
export type Assets = ReadonlyMap<string, PageAnswer>;

const FOLDER = join(import.meta.dirname, 'browser');

/** @param api address of the HTTP API */
export async function buildAssets(api: string): Promise<Assets> {
  const [page, icon, webRedirect, { outputFiles }] = await Promise.all([
    readFile(join(FOLDER, 'page.html')),
    readFile(join(FOLDER, 'icon.svg')),
    readWebRedirect(api),
    build({
      entryPoints: { app: join(FOLDER, 'app.ts'), style: join(FOLDER, 'style.css') },
      outdir: '/phone',
      bundle: true,
      write: false,
      minify: true,
      format: 'esm',
      target: 'es2022',
      legalComments: 'none',
      logLevel: 'silent',
    }),
  ]);
  const assets = new Map<string, PageAnswer>([
    ['/', { status: 200, type: 'text/html; charset=utf-8', body: page }],
    ['/redirect', webRedirect],
    ['/favicon.ico', { status: 200, type: 'image/svg+xml', body: icon }],
  ]);
  for (const { path, contents } of outputFiles) {
    const type = path.endsWith('.css') ? 'text/css' : 'text/javascript';
    const name = path.slice(path.lastIndexOf('/') + 1);
    assets.set(`/phone/${name}`, { status: 200, type: `${type}; charset=utf-8`, body: contents });
  }
  return assets;
}
