/** The stack gives a function the variables that it reads, and no others. */

import { afterEach, describe, expect, it } from 'vitest';
import { ENV, type FunctionName } from '../../../../shared/config.ts';
import { buildCancelNeeds } from '../../../../shared/dependencies/needs/cancel.ts';
import { buildCheckCodeNeeds } from '../../../../shared/dependencies/needs/check-code.ts';
import { buildClockNeeds } from '../../../../shared/dependencies/needs/clock.ts';
import { buildConnectNeeds } from '../../../../shared/dependencies/needs/connect.ts';
import { buildContractsNeeds } from '../../../../shared/dependencies/needs/contracts.ts';
import { buildMessageNeeds } from '../../../../shared/dependencies/needs/message.ts';
import { buildNextWorkflowNeeds } from '../../../../shared/dependencies/needs/next-workflow.ts';
import { buildProofNeeds } from '../../../../shared/dependencies/needs/proof.ts';
import { buildStartNeeds } from '../../../../shared/dependencies/needs/start.ts';
import { buildStatusNeeds } from '../../../../shared/dependencies/needs/status.ts';
import { buildWebhookNeeds } from '../../../../shared/dependencies/needs/webhook.ts';
import { LAMBDA_VARIABLES } from '../../../fixtures/lambda-variables.ts';
import { synthesize } from '../../../fixtures/stage-stack.ts';
import { render, variablesOf } from '../../../fixtures/template.ts';

const BUILDERS: Readonly<Record<FunctionName, () => unknown>> = {
  start: () => buildStartNeeds().warmUpNeeds(),
  'check-code': () => buildCheckCodeNeeds().warmUpNeeds(),
  webhook: () => buildWebhookNeeds().warmUpNeeds(),
  'next-workflow': buildNextWorkflowNeeds,
  cancel: buildCancelNeeds,
  status: buildStatusNeeds,
  message: buildMessageNeeds,
  connect: buildConnectNeeds,
  proof: buildProofNeeds,
  contracts: buildContractsNeeds,
  clock: buildClockNeeds,
};
/** A function without them does less; `clock` needs its queue. */
const OPTIONAL: readonly string[] = [
  ...[ENV.eventBus, ENV.channelSwitch, ENV.warmTogether, ENV.clockQueue],
  ...['POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_LOG_LEVEL'],
];
const CLOCKS_QUEUE = `clock ${ENV.clockQueue}`;
/** Of other stages, and of the local stack. */
const ELSEWHERE = new RegExp(`^(${ENV.edgeSecret}|${ENV.allowedOrigins}|AWS_ENDPOINT_URL_.*)$`);
const environment = process.env;
const template = synthesize('dev');

afterEach(() => {
  process.env = environment;
});

/** Sets exactly these variables; the answer tells which of the project's own were read. */
function set(values: Readonly<Record<string, string>>): () => readonly string[] {
  const read = new Set<string>();
  process.env = new Proxy<NodeJS.ProcessEnv>(values, {
    get: (target, name) => {
      read.add(String(name));
      return Reflect.get(target, name);
    },
  });
  return () => Object.values(ENV).filter((name) => read.has(name));
}

describe.each(Object.entries(BUILDERS))('the variables of %s', (name, build) => {
  const given = Object.entries(variablesOf(template, name)).map(([variable, value]) => {
    const text = render(value).replace(/^<\w+>$/, 'https://x.example');
    return [variable, text.replaceAll(/<\w+>/g, 'x')] as const;
  });
  const values: Record<string, string> = { ...LAMBDA_VARIABLES, ...Object.fromEntries(given) };

  it('are those that it reads', () => {
    const read = set(values);
    build();
    const own = Object.values(ENV).filter((variable) => variable in values);
    const here = read().filter((variable) => variable in values || !ELSEWHERE.test(variable));
    expect(here).toEqual(own);
  });

  it('must be set, or the function fails with the name of the missing one', () => {
    for (const [missing] of given) {
      const { [missing]: _, ...others } = values;
      set(others);
      const isOptional = OPTIONAL.includes(missing) && `${name} ${missing}` !== CLOCKS_QUEUE;
      if (isOptional) build();
      else expect(build).toThrow(`the environment variable ${missing} is not set`);
    }
  });
});
