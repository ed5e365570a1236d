/**
 * Synthesizes a stage over functions of one line, so that these tests cover the infrastructure and
 * nothing else.
 */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { type Bundles, bundlesIn } from '../../../../infra/aws/bundle.ts';
import type { SilentAuthStackProps } from '../../../../infra/aws/stack.ts';
import type { Stage } from '../../../../infra/aws/stage.ts';
import { getStage } from '../../../../infra/aws/stages.ts';
import { createStageStack } from '../../../fixtures/stage-stack.ts';

/** Bundles of functions that do nothing. */
export const tinyBundles: Bundles = bundleNothing();

function bundleNothing(): Bundles {
  const bundles = bundlesIn(mkdtempSync(join(tmpdir(), 'silent-auth-infra-')));
  for (const folder of Object.values(bundles)) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => undefined;\n');
  }
  return bundles;
}

const templates = new Map<string, Template>();

/** The template of a stage, made once for all who only look at it. */
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
