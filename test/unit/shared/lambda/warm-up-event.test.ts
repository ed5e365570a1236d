import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { httpHandler } from '../../../../shared/lambda/handler.ts';
import { isWarmUp } from '../../../../shared/lambda/warm-up-event.ts';
import { recordedTelemetry } from '../../../fixtures/recorded-telemetry.ts';
import { handshake, httpRequest } from '../../../fixtures/requests.ts';

const WARM_UP = { source: 'silent-auth.warm-up' };

describe('isWarmUp', () => {
  it('recognises the event that start sends', () => {
    expect(isWarmUp(WARM_UP)).toBe(true);
  });

  it.each([
    ['a request of the HTTP API', { ...httpRequest(), ...WARM_UP }],
    ['a handshake', { ...handshake(), ...WARM_UP }],
    ['a request whose body says so', httpRequest({}, { body: JSON.stringify(WARM_UP) })],
    ['a request whose context is empty', { ...WARM_UP, requestContext: undefined }],
    ['another event', { source: 'aws.events' }],
    ['nothing', null],
  ])('does not take %s for one', (_what, event) => {
    expect(isWarmUp(event)).toBe(false);
  });
});

describe('httpHandler', () => {
  it('answers a warm-up without running the route, logging or measuring', async () => {
    const { telemetry, ...recorded } = recordedTelemetry();
    const route = vi.fn();
    const event = Object.assign(httpRequest(), WARM_UP);
    Reflect.deleteProperty(event, 'requestContext');
    expect(await httpHandler(telemetry, route)(event, {} as Context)).toEqual({});
    expect(route).not.toHaveBeenCalled();
    expect(recorded).toEqual({ measured: [], annotated: [], lines: [] });
  });
});
