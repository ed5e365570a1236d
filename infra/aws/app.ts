/**
 * The CDK app, named in cdk.json. Context: `stage` chooses a stage of stages.ts; `stageSettings`
 * (an object, or its JSON) overrides settings for one deployment; `firewall` synthesizes the WAF of
 * a stage instead of the stage; `deploymentAlarms=off` deploys even while a deployment alarm rings;
 * `channelSwitch=retain` is for the upgrade from a release whose stack owned the channel switch.
 */

import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { bundleFunctions } from './bundle.ts';
import { addChecks } from './checks.ts';
import { FirewallStack } from './firewall-stack.ts';
import { assertRegion } from './regions.ts';
import { SilentAuthStack } from './stack.ts';
import { parseStageSettings } from './stage-settings.ts';
import { getStage } from './stages.ts';

const root = join(import.meta.dirname, '..', '..');
const app = new App();
// The region that the CLI would deploy to; empty without credentials.
assertRegion(process.env.CDK_DEFAULT_REGION ?? '');
const stage = getStage(
  String(app.node.tryGetContext('stage') ?? 'dev'),
  parseStageSettings(app.node.tryGetContext('stageSettings')),
);
if (app.node.tryGetContext('firewall') === undefined) {
  const bundles = await bundleFunctions({
    functionsFolder: join(root, 'functions'),
    outputFolder: join(app.outdir, 'bundles'),
    sourceMapsFolder: join(app.outdir, 'source-maps'),
    countries: stage.countries,
  });
  new SilentAuthStack(app, `SilentAuth-${stage.name}`, {
    stage,
    bundles,
    withoutDeploymentAlarms: readSwitch('deploymentAlarms', 'off'),
    retainsChannelSwitch: readSwitch('channelSwitch', 'retain'),
    description: `Vonage silent authentication, stage ${stage.name}`,
  });
} else {
  new FirewallStack(app, `SilentAuthFirewall-${stage.name}`, {
    stageName: stage.name,
    addressLimit: stage.limits.address,
  });
}
addChecks(app);
app.synth();

/** Whether a context value is set; it must be absent or this word. */
function readSwitch(name: string, word: string): boolean {
  const value: unknown = app.node.tryGetContext(name);
  if (value !== undefined && value !== word) throw new Error(`context ${name} takes ${word} only`);
  return value === word;
}
