/** Synthesizes a stage with functions of one line: these tests cover the infrastructure alone. */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { bundlesIn } from '../../../../infra/aws/bundle.ts';
import type { SilentAuthStackProps } from '../../../../infra/aws/stack.ts';
import type { Stage } from '../../../../infra/aws/stage.ts';
import { getStage } from '../../../../infra/aws/stages.ts';
import { createStageStack } from '../../../fixtures/stage-stack.ts';

/** Bundles of functions that do nothing. */
export const tinyBundles = bundlesIn(mkdtempSync(join(tmpdir(), 'silent-auth-infra-')));
for (const folder of Object.values(tinyBundles)) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => undefined;\n');
}
/** A stage behind CloudFront. */
export const EDGE = {
  webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c',
};

const templates = new Map<string, Template>();

/** The template of a stage; tests with the same settings share it. */
export function synthesize(
  stageName: string,
  settings: Partial<Stage> = {},
  stackProps: Partial<SilentAuthStackProps> = {},
): Template {
  const key = JSON.stringify([stageName, settings, stackProps]);
  const stage = getStage(stageName, settings);
  const template =
    templates.get(key) ??
    Template.fromStack(createStageStack(stage, { bundles: tinyBundles, stackProps }).stack);
  templates.set(key, template);
  return template;
}
