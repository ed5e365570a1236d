/** An exception planted in a use case is found from its log line: `npm run trace`. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { bundleFunctions } from '../../infra/aws/bundle.ts';
import { getStage } from '../../infra/aws/stages.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { phoneNumber, startApp } from '../fixtures/app.ts';
import { runCommand } from '../fixtures/command.ts';
import { PATIENCE } from '../fixtures/patience.ts';
import { copyProject, type ProjectCopy } from '../fixtures/project-copy.ts';
import { createStageStack } from '../fixtures/stage-stack.ts';
import { until } from '../fixtures/until.ts';

const FILE = 'shared/usecases/cancel-verification.ts';
const TRACE = 'infra/operate/trace/run.ts';

let copy: ProjectCopy;
let stack: Stack;
let sourceMapsFolder: string;
let plantedLine: number;
let logged: string;

beforeAll(async () => {
  copy = copyProject();
  plantedLine = copy.insert(
    FILE,
    '): Promise<Verification> {',
    "  throw new TypeError('planted');",
  );
  sourceMapsFolder = join(copy.folder, 'source-maps');
  const assemblyFolder = join(copy.folder, 'cdk.out');
  const localFolder = join(copy.folder, 'local');
  const bundles = await bundleFunctions({
    functionsFolder: join(copy.folder, 'functions'),
    outputFolder: join(copy.folder, 'bundles'),
    sourceMapsFolder,
  });
  createStageStack(getStage('dev'), { bundles, outputFolder: assemblyFolder }).app.synth();
  stack = await startStack({ ...PATIENCE, localFolder, assemblyFolder });
  const lines: string[] = [];
  stack.onLine(({ line }) => lines.push(line));
  const app = await startApp(stack.endpoints.api, { phone_number: phoneNumber('8') });
  expect((await app.post('/cancel')).status).toBe(500);
  logged = await until(() => lines.find((line) => line.includes('"fault"')));
});

afterAll(async () => {
  await stack?.close();
  copy?.remove();
});

describe('npm run trace', () => {
  it('answers a log line with file, line and function of the fault', async () => {
    const { code, output } = await runCommand(TRACE, logged, '--source-maps', sourceMapsFolder);
    expect(output).toMatch(
      new RegExp(`^TypeError\n {2}${FILE}:${plantedLine}:\\d+ {2}cancelVerification\n`),
    );
    expect(code).toBe(0);
  });

  it('says what to do when the build is not on this machine', async () => {
    const folder = inject('localFolder');
    const { code, output } = await runCommand(TRACE, logged, '--source-maps', folder);
    expect(output).toMatch(/^no source map of the bundle [0-9a-f]{12} .*npm run synth/);
    expect(code).toBe(2);
  });
});
