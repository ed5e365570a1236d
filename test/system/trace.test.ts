/** A fault of a running function is found from its log line: `npm run trace`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { age, BEYOND_ALL_DATES_MS } from '../fixtures/age.ts';
import { phoneNumber, startApp } from '../fixtures/app.ts';
import { runCommand } from '../fixtures/command.ts';
import { until } from '../fixtures/until.ts';

const endpoints = inject('endpoints');
const localFolder = inject('localFolder');
const sourceMaps = join(inject('assemblyFolder'), 'source-maps');

let logged: string;

const trace = (folder: string) =>
  runCommand('infra/operate/trace/run.ts', logged, '--source-maps', folder);

beforeAll(async () => {
  const app = await startApp(endpoints.api, { phone_number: phoneNumber('8') });
  await age(endpoints, app.requestId, -BEYOND_ALL_DATES_MS);
  expect((await app.post('/cancel')).status).toBe(500);
  await age(endpoints, app.requestId, BEYOND_ALL_DATES_MS);
  logged = await until(() => {
    const lines = readFileSync(join(localFolder, 'logs/cancel.log'), 'utf8').split('\n');
    return lines.find((line) => line.includes('"fault"'));
  });
});

describe('npm run trace', () => {
  it('answers a log line with file, line and function of the fault', async () => {
    const { code, output } = await trace(sourceMaps);
    const found = /^RangeError\n.*\n {2}([\w/-]+\.ts):(\d+):\d+ {2}toTime$/m.exec(output);
    const [, file = '', line] = found ?? [];
    expect(readFileSync(file, 'utf8').split('\n')[Number(line) - 1]).toContain('.toISOString()');
    expect(code).toBe(0);
  });

  it('says what to do when the build is not on this machine', async () => {
    const { code, output } = await trace(localFolder);
    expect(output).toMatch(/^no source map of the bundle [0-9a-f]{12} .*npm run synth/);
    expect(code).toBe(2);
  });
});
