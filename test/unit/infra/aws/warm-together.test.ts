/** Who may warm whom, and what becomes of a warm-up that fails. */

import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { WARMED } from '../../../../shared/config.ts';
import { functionName, permissionsOf, render } from './permissions.ts';
import { synthesize } from './synthesize.ts';

/** Ids of functions by name. */
function functionIds(template: Template): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(template.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => [
      functionName({ Description: Properties.Description }),
      id,
    ]),
  );
}

function named(template: Template): unknown {
  const { start = '' } = functionIds(template);
  const { Variables } = template.findResources('AWS::Lambda::Function')[start]?.Properties
    .Environment ?? { Variables: {} };
  return Variables.WARM_TOGETHER;
}

describe('start', () => {
  it.each([
    ['dev', 'AWS::Lambda::Function'],
    ['prod', 'AWS::Lambda::Alias'],
  ])('of %s may invoke exactly the five that a verification needs next: each %s', (stage, type) => {
    const template = synthesize(stage);
    const ids = functionIds(template);
    const invoked = permissionsOf(template, ids.start ?? '')
      .filter((line) => line.startsWith('lambda:'))
      .map((line) => line.slice('lambda:InvokeFunction '.length));
    const targets = Object.entries(template.findResources(type))
      .filter(([id, { Properties }]) => {
        const lambda = type.endsWith('Alias') ? render(Properties.FunctionName).slice(1, -1) : id;
        return WARMED.some((name) => ids[name] === lambda);
      })
      .map(([id]) => `<${id}>`);
    expect(targets).toHaveLength(5);
    expect(invoked.sort()).toEqual(targets.sort());
    expect(JSON.parse(render(named(template)))).toHaveLength(5);
  });

  it('is the only one that may invoke', () => {
    const template = synthesize('prod');
    for (const [name, id] of Object.entries(functionIds(template))) {
      if (name === 'start') continue;
      expect(permissionsOf(template, id).filter((line) => line.startsWith('lambda:'))).toEqual([]);
    }
  });
});

describe('a warm-up', () => {
  it.each([
    ['dev', '$LATEST'],
    ['prod', 'Live'],
  ])('of %s is never repeated and soon forgotten, at %s', (stage, qualifier) => {
    const configs = Object.values(
      synthesize(stage).findResources('AWS::Lambda::EventInvokeConfig'),
    ).map(({ Properties }) => Properties);
    expect(configs).toHaveLength(5);
    for (const { MaximumRetryAttempts, MaximumEventAgeInSeconds, Qualifier } of configs) {
      expect([MaximumRetryAttempts, MaximumEventAgeInSeconds]).toEqual([0, 60]);
      // Of an alias, its name is cut out of its ARN.
      expect(JSON.stringify(Qualifier)).toContain(qualifier);
    }
  });

  it('does not exist where the stage says so', () => {
    const template = synthesize('dev', { warmTogether: false });
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 0);
    expect(named(template)).toBeUndefined();
    const { start = '' } = functionIds(template);
    const lines = permissionsOf(template, start);
    expect(lines.filter((line) => line.startsWith('lambda:'))).toEqual([]);
  });
});

describe('memory', () => {
  it('is that of the stage, and 512 MB where it says nothing', () => {
    const template = synthesize('dev', { memory: { start: 1024 } });
    const memory = Object.entries(functionIds(template)).map(([name, id]) => {
      const { Properties } = template.findResources('AWS::Lambda::Function')[id] ?? {};
      return [name, Properties?.MemorySize] as const;
    });
    expect(new Map(memory).get('start')).toBe(1024);
    const others = memory.filter(([name]) => name !== 'start').map(([, size]) => size);
    expect(new Set(others)).toEqual(new Set([512]));
  });
});
