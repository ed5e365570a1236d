/** A stage behind CloudFront: whose address counts, and who may say so. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getStage } from '../../infra/aws/stage.ts';
import { callAws } from '../../infra/local/aws/json-client.ts';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { call, phoneNumber } from '../fixtures/app.ts';
import { findLogicalId } from '../fixtures/template.ts';

const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c';
const STARTS = 2;
let stack: Stack;
let folder: string;
let secret: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'silent-auth-edge-'));
  const limits = { ...getStage('dev').limits, address: { count: STARTS, windowSeconds: 3600 } };
  stack = await startStack({
    localFolder: folder,
    context: { stage: 'dev', stageSettings: { edge: { webAclArn }, limits } },
  });
  secret = await readOriginSecret();
});

afterAll(async () => {
  await stack?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As CloudFormation would resolve it into CloudFront's configuration. */
async function readOriginSecret(): Promise<string> {
  const { private_key: neighbour } = stack.endpoints.secrets;
  const [, stackName = ''] = /:secret:(SilentAuth-[a-z]+)-/.exec(neighbour) ?? [];
  const SecretId = `${stackName}-${findLogicalId(join(folder, 'cdk.out'), 'EdgeSecret')}`;
  const found = await callAws(stack.endpoints.secretsmanager, 'secretsmanager.GetSecretValue', {
    SecretId,
  });
  if (found.type === 'refused') throw new Error(found.message);
  const output = new Map(Object.entries(found.output ?? {}));
  return JSON.parse(String(output.get('SecretString'))).origin_secret;
}

async function statuses(headers: Record<string, string>): Promise<number[]> {
  const found: number[] = [];
  for (let times = 0; times <= STARTS; times += 1) {
    const body = { phone_number: phoneNumber('8') };
    found.push((await call(stack.endpoints.api, 'POST', '/start', { body, headers })).status);
  }
  return found;
}

describe('the address of a caller', () => {
  it('is the viewer’s, as our own CloudFront saw it', async () => {
    const from = (address: string) => ({
      'x-origin-secret': secret,
      'cloudfront-viewer-address': address,
    });
    expect(await statuses(from('198.51.100.1:4000'))).toEqual([202, 202, 429]);
    expect(await statuses(from('198.51.100.2:4000'))).toEqual([202, 202, 429]);
    expect(await statuses(from('2001:db8:1::1:4000'))).toEqual([202, 202, 429]);
  });

  it('is not what somebody else says it is', async () => {
    const lie = { 'x-origin-secret': 'guessed', 'cloudfront-viewer-address': '203.0.113.1:1' };
    expect(await statuses(lie)).toEqual([202, 202, 429]);
    const other = { 'cloudfront-viewer-address': '203.0.113.2:1' };
    expect(await statuses(other)).toEqual([429, 429, 429]);
  });
});
