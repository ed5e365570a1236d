/**
 * Synthesizes a stage over functions of one line, so that these tests judge the infrastructure and
 * nothing else.
 */

import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { type Bundles, bundleFunctions } from '../../../infra/aws/bundle.ts';
import { SilentAuthStack } from '../../../infra/aws/stack.ts';
import { getStage, type Stage } from '../../../infra/aws/stage.ts';
import { FUNCTION_NAMES } from '../../../shared/config.ts';

// A synth takes half a second alone, and much longer where other tests have the machine.
vi.setConfig({ testTimeout: 30_000 });

/** Bundles of functions that do nothing, made once a test file. */
export const tinyBundles: Bundles = await bundleNothing();

async function bundleNothing(): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-infra-'));
  const functionsFolder = join(folder, 'functions');
  mkdirSync(functionsFolder);
  for (const name of FUNCTION_NAMES) {
    writeFileSync(join(functionsFolder, `${name}.ts`), 'export const handler = () => undefined;\n');
  }
  return bundleFunctions({ functionsFolder, outputFolder: join(folder, 'bundles') });
}

/** The context of cdk.json, feature flags included. */
export function cdkContext(): Record<string, unknown> {
  return JSON.parse(readFileSync('cdk.json', 'utf8')).context;
}

export interface StackOptions {
  /** Whether its synth obeys CloudFormation's own rules, which takes seconds. @default false */
  readonly obeysRules?: boolean;
}

export function createStack(
  stageName: string,
  settings: Partial<Stage> = {},
  { obeysRules = false }: StackOptions = {},
): SilentAuthStack {
  const stage = getStage(stageName, settings);
  const app = new App({ context: cdkContext(), builtinCloudFormationValidation: obeysRules });
  return new SilentAuthStack(app, `SilentAuth-${stage.name}`, { stage, bundles: tinyBundles });
}

const templates = new Map<string, Template>();

/** The template of a stage, made once for all who only look at it. */
export function synthesize(stageName: string, settings: Partial<Stage> = {}): Template {
  const key = JSON.stringify([stageName, settings]);
  const template = templates.get(key) ?? Template.fromStack(createStack(stageName, settings));
  templates.set(key, template);
  return template;
}
