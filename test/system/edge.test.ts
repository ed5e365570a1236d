/** A stage behind CloudFront: the address of a caller, and the API's own address. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { EdgeSettings } from '../../infra/aws/stage.ts';
import { getStage } from '../../infra/aws/stages.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { EDGE_HEADERS } from '../../shared/config.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import { outputsOfStage, useHealthyAccount } from '../fixtures/aws-account.ts';
import { readSecretOf } from '../fixtures/aws-call.ts';
import { runCommand } from '../fixtures/command.ts';
import { startHttpStub } from '../fixtures/http-stub.ts';
import { lastingLimit } from '../fixtures/limits.ts';
import { type OwnStack, startOwnStack } from '../fixtures/own-stack.ts';

const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c';
const STARTS = 2;

interface EdgeStack {
  readonly stack: OwnStack;
  readonly secret: string;
}

async function startBehind(edge: EdgeSettings): Promise<EdgeStack> {
  const limits = { ...getStage('dev').limits, address: lastingLimit(STARTS) };
  const stack = await startOwnStack({ settings: { edge, limits } });
  return { stack, secret: await readOriginSecret(stack) };
}

/** As CloudFormation would resolve it into CloudFront's configuration. */
async function readOriginSecret({ endpoints }: OwnStack): Promise<string> {
  const [, stackName = ''] = /:secret:(SilentAuth-[a-z]+)-/.exec(endpoints.secrets.signature) ?? [];
  const name = `${stackName}-EdgeSecret2B282A1C`;
  return JSON.parse(await readSecretOf(endpoints, name)).origin_secret;
}

/** Passes requests on as CloudFront does: says who called, and proves who it is. */
async function startCloudFront({ stack, secret }: EdgeStack): Promise<string> {
  const stub = await startHttpStub();
  onTestFinished(stub.stop);
  stub.answer(async (response, { method, path, headers, body }) => {
    const { remoteAddress, remotePort } = response.socket ?? {};
    const sent = new Headers({
      'content-type': headers['content-type'] ?? '',
      [EDGE_HEADERS.secret]: secret,
      [EDGE_HEADERS.viewerAddress]: `${remoteAddress}:${remotePort}`,
    });
    if (headers.authorization) sent.set('authorization', headers.authorization);
    const forwarded = { method, headers: sent, body: body || null };
    const answer = await fetch(stack.endpoints.api + path, forwarded);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  });
  return stub.url;
}

function start({ endpoints }: Stack, headers: Record<string, string> = {}) {
  const body = { phone_number: phoneNumber('8'), channels: ['silent_auth'] };
  return call(endpoints.api, 'POST', '/start', { body, headers });
}

async function statuses(stack: Stack, headers: Record<string, string>): Promise<number[]> {
  const found: number[] = [];
  for (let times = 0; times <= STARTS; times += 1) {
    found.push((await start(stack, headers)).status);
  }
  return found;
}

describe('the address of a caller', () => {
  let behind: EdgeStack;
  beforeAll(async () => {
    behind = await startBehind({ webAclArn });
  });
  afterAll(() => behind?.stack.close());

  it('is the viewer’s when our own CloudFront names it', async () => {
    const secret = { 'x-origin-secret': behind.secret };
    const ofOne = (address: string) =>
      statuses(behind.stack, { ...secret, 'cloudfront-viewer-address': address });
    expect(await ofOne('198.51.100.1:4000')).toEqual([202, 202, 429]);
    expect(await ofOne('198.51.100.2:4000')).toEqual([202, 202, 429]);
    expect(await ofOne('2001:db8:1::1:4000')).toEqual([202, 202, 429]);
    expect(await ofOne('[2001:db8:1::2]:4000')).toEqual([429, 429, 429]);
  });

  it('is never taken from anybody else', async () => {
    const lie = { 'x-origin-secret': 'guessed', 'cloudfront-viewer-address': '203.0.113.1:1' };
    expect(await statuses(behind.stack, lie)).toEqual([202, 202, 429]);
    const other = { 'cloudfront-viewer-address': '203.0.113.2:1' };
    expect(await statuses(behind.stack, other)).toEqual([429, 429, 429]);
  });
});

describe('a stage whose only way is CloudFront', () => {
  let behind: EdgeStack;
  beforeAll(async () => {
    behind = await startBehind({ webAclArn, onlyWay: true });
  });
  afterAll(() => behind?.stack.close());

  it('has no POST /start at the API’s own address, as if there were no such route', async () => {
    const { stack } = behind;
    const refused = await start(stack);
    expect([refused.status, refused.body]).toEqual([404, { message: 'Not Found' }]);
    expect((await start(stack, { 'x-origin-secret': 'guessed' })).status).toBe(404);
    const unknown = await call(stack.endpoints.api, 'POST', '/begin', { body: {} });
    expect([unknown.status, unknown.body]).toEqual([refused.status, refused.body]);
  });

  it('is healthy, as the doctor sees it through CloudFront', async () => {
    const { endpoints, folder } = behind.stack;
    const outputs = join(folder, 'outputs.json');
    writeFileSync(outputs, outputsOfStage(endpoints, { EdgeUrl: await startCloudFront(behind) }));
    await useHealthyAccount(endpoints);
    const args = ['--stage', 'prod', '--outputs', outputs, '--number', phoneNumber('8')];
    const { code, output } = await runCommand('infra/operate/doctor/run.ts', ...args);
    expect(output).toMatch(/^ok +The WebSocket opens$/m);
    expect(output).not.toContain('fault');
    expect(code).toBe(0);
  });
});
