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
} from './template.ts';

// What `start` may invoke where there are no aliases: permissions.test.ts.
describe('a warm-up', () => {
  it('in prod may be sent by start alone, to the aliases of the five', () => {
    const template = synthesize('prod');
    const ids = functionIds(template);
    const aliases = Object.entries(template.findResources('AWS::Lambda::Alias'))
      .filter(
        ([
          ,
          {
            Properties: { FunctionName },
          },
        ]) => WARMED.some((name) => render(FunctionName) === `<${ids[name]}>`),
      )
      .map(([id]) => `lambda:InvokeFunction <${id}>`);
    expect(aliases).toHaveLength(5);
    for (const [name, id] of Object.entries(ids)) {
      const invoked = permissionsOf(template, id).filter((line) => line.startsWith('lambda:'));
      expect(invoked).toEqual(name === 'start' ? aliases.sort() : []);
    }
  });

  it.each([
    ['dev', '$LATEST'],
    ['prod', 'Live'],
  ])('of %s is not repeated and expires after a minute, at %s', (stage, qualifier) => {
    const template = synthesize(stage);
    const configs = propertiesOf(template, 'AWS::Lambda::EventInvokeConfig');
    expect(configs).toHaveLength(5);
    for (const { MaximumRetryAttempts, MaximumEventAgeInSeconds, Qualifier } of configs) {
      expect([MaximumRetryAttempts, MaximumEventAgeInSeconds]).toEqual([0, 60]);
      // The name of an alias is cut out of its ARN.
      expect(JSON.stringify(Qualifier)).toContain(qualifier);
    }
    expect(JSON.parse(render(variablesOf(template, 'start').WARM_TOGETHER))).toHaveLength(5);
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
