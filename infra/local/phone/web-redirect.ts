/**
 * `/redirect`: the example page of the web path, `docs/examples/web-redirect`, with the address of
 * the local API.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageAnswer } from './page-answer.ts';

const FILE = join(import.meta.dirname, '../../../docs/examples/web-redirect/index.html');
const API = /(<meta name="silent-auth-api" content=")[^"]*"/;
const SCRIPT = /<script type="module">([\s\S]*?)<\/script>/;

export async function readWebRedirect(api: string): Promise<PageAnswer> {
  const page = (await readFile(FILE, 'utf8')).replace(API, `$1${api}"`);
  const [, script = ''] = SCRIPT.exec(page) ?? [];
  const hash = createHash('sha256').update(script).digest('base64');
  return { status: 200, type: 'text/html; charset=utf-8', body: page, script: `'sha256-${hash}'` };
}
