import { expect, it } from 'vitest';
import { ENV } from '../../../../shared/config.ts';
import { synthesize } from '../../../fixtures/stage-stack.ts';
import { functionIds, functionsOf, idOf, permissionsOf, render } from './template.ts';

/** The functions that append an event which can be the last one of a verification. */
const CAN_END = ['cancel', 'check-code', 'clock', 'message', 'next-workflow', 'status', 'webhook'];

it.each([
  ['every function that can end a verification', true, CAN_END],
  ['no function when the stage switches them off', false, []],
])('end events go to a bus of the stage from %s', (_who, events, names) => {
  const template = synthesize('dev', { events });
  template.resourceCountIs('AWS::Events::EventBus', events ? 1 : 0);
  const bus = events ? `<${idOf(template, 'AWS::Events::EventBus', '')}>` : '';
  const named = Object.entries(functionsOf(template)).flatMap(([name, { Environment }]) =>
    ENV.eventBus in Environment.Variables
      ? [[name, render(Environment.Variables[ENV.eventBus])]]
      : [],
  );
  expect(named.sort()).toEqual(names.map((name) => [name, bus]));
  const publishers = Object.values(functionIds(template))
    .flatMap((id) => permissionsOf(template, id))
    .filter((line) => line.startsWith('events:'));
  expect(publishers).toEqual(names.map(() => `events:PutEvents ${bus}`));
});
