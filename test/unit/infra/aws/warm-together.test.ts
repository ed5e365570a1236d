import { describe, expect, it } from 'vitest';
import { WARMED } from '../../../../shared/config.ts';
import { synthesize } from '../../../fixtures/stage-stack.ts';
import {
  functionIds,
  functionsOf,
  permissionsOf,
  propertiesOf,
  render,
  variablesOf,
} from '../../../fixtures/template.ts';

describe('a warm-up', () => {
  it.each([
    ['dev', 'Function', '', '$LATEST'],
    ['prod', 'Alias', ':live', 'Live'],
  ])('of %s may be sent by start alone, to five of type %s', (stage, type, suffix, qualifier) => {
    const template = synthesize(stage);
    const ids = functionIds(template);
    const called: string[] = JSON.parse(render(variablesOf(template, 'start').WARM_TOGETHER));
    expect(called.sort()).toEqual(WARMED.map((name) => `<${ids[name]}>${suffix}`).sort());
    const all = Object.keys(template.findResources(`AWS::Lambda::${type}`));
    const invoked = Object.entries(ids).flatMap(([name, id]) =>
      permissionsOf(template, id).flatMap((line) => {
        const [action, resource] = line.split(' ');
        return action === 'lambda:InvokeFunction' ? [`${name} ${resource}`] : [];
      }),
    );
    expect(invoked).toHaveLength(5);
    expect(all.map((id) => `start <${id}>`)).toEqual(expect.arrayContaining(invoked));
    const configs = propertiesOf(template, 'AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(5);
    // It is not repeated, and expires after a minute. The name of an alias is cut out of its ARN.
    for (const { MaximumRetryAttempts, MaximumEventAgeInSeconds, Qualifier } of configs) {
      expect([MaximumRetryAttempts, MaximumEventAgeInSeconds]).toEqual([0, 60]);
      expect(JSON.stringify(Qualifier)).toContain(qualifier);
    }
  });

  it('does not exist where the stage switches it off', () => {
    const template = synthesize('dev', { warmTogether: false });
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 0);
    expect(variablesOf(template, 'start')).not.toHaveProperty('WARM_TOGETHER');
    const lines = permissionsOf(template, functionIds(template).start ?? '');
    expect(lines.filter((line) => line.startsWith('lambda:'))).toEqual([]);
  });
});

describe('memory', () => {
  it('is that of the stage, and 512 MB where it says nothing', () => {
    const functions = functionsOf(synthesize('dev', { memory: { start: 1024 } }));
    for (const [name, { MemorySize }] of Object.entries(functions)) {
      expect([name, MemorySize]).toEqual([name, name === 'start' ? 1024 : 512]);
    }
  });
});
