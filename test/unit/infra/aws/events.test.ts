import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ENV } from '../../../../shared/config.ts';
import { functionName, render } from './permissions.ts';
import { synthesize } from './synthesize.ts';

/** Those that append an event which can be the last one of a verification. */
const CAN_END = ['cancel', 'check-code', 'clock', 'message', 'next-workflow', 'status', 'webhook'];

/** Name of each function whose environment names a bus, with the resource that it names. */
function busOfFunctions(template: Template): Record<string, string> {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    functions
      .map(({ Properties }) => Properties)
      .filter(({ Environment }) => Environment.Variables[ENV.eventBus] !== undefined)
      .map((properties) => [
        functionName(properties),
        render(properties.Environment.Variables[ENV.eventBus]),
      ]),
  );
}

function publishers(template: Template): string[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().some((action) => String(action).startsWith('events:')))
    .map(({ Action, Effect, Resource }) => `${Effect} ${Action} ${render(Resource)}`);
}

describe('events of a stage', () => {
  it('go to a bus of its own, from every function that can end a verification', () => {
    const template = synthesize('dev', { events: true });
    template.resourceCountIs('AWS::Events::EventBus', 1);
    const [bus] = Object.keys(template.findResources('AWS::Events::EventBus'));
    const told = busOfFunctions(template);
    expect(Object.keys(told).sort()).toEqual(CAN_END);
    for (const named of Object.values(told)) expect(named).toBe(`<${bus}>`);
    expect(publishers(template)).toEqual(CAN_END.map(() => `Allow events:PutEvents <${bus}>`));
  });

  it('are nowhere when they are switched off', () => {
    const template = synthesize('dev', { events: false });
    template.resourceCountIs('AWS::Events::EventBus', 0);
    expect(busOfFunctions(template)).toEqual({});
    expect(publishers(template)).toEqual([]);
  });
});

describe('the proof key', () => {
  const template = synthesize('prod');
  const [secretId] = Object.keys(template.findResources('AWS::SecretsManager::Secret')).filter(
    (id) => id.startsWith('SecretsProofKey'),
  );

  it('is named to the function proof and to no other', () => {
    const named = Object.values(template.findResources('AWS::Lambda::Function'))
      .map(({ Properties }) => Properties)
      .filter(({ Environment }) => JSON.stringify(Environment).includes(`"${secretId}"`))
      .map(functionName);
    expect(named).toEqual(['proof']);
  });

  it('is empty in the template', () => {
    const secret = template.findResources('AWS::SecretsManager::Secret')[secretId ?? ''];
    const fields = JSON.parse(secret?.Properties.SecretString);
    expect(fields).toHaveProperty('private_key');
    expect(Object.values(fields).join('')).toBe('');
    expect(JSON.stringify(template.toJSON())).not.toContain('PRIVATE KEY-----');
  });
});
