/** The client's plain types against the schemas that the handlers parse and answer with. */

import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as client from '../../../../shared/client/contract.ts';
import { isFinal, toVerification } from '../../../../shared/client/contract.ts';
import type { StartBody as ClientStartBody } from '../../../../shared/client/start.ts';
import type { ProblemBody, StartAnswer } from '../../../../shared/contract/answers.ts';
import {
  type NextWorkflowBody,
  nextWorkflowBodySchema,
  type StartBody,
} from '../../../../shared/contract/requests.ts';
import {
  statusSchema,
  type VerificationObject,
  verificationSchema,
} from '../../../../shared/contract/verification-object.ts';
import { isFinal as isFinalInDomain } from '../../../../shared/domain/verification.ts';
import type { SkipError } from '../../../../shared/domain/workflow.ts';
import { submitCode, verificationObject } from '../../../fixtures/fake-backend.ts';
import { backend, begin, clientOf, PHONE_NUMBER, storage } from './clients.ts';

describe('the types of the client', () => {
  it('are those of the contract', () => {
    expectTypeOf<client.VerificationObject>().toEqualTypeOf<VerificationObject>();
    expectTypeOf<client.StartAnswer>().toEqualTypeOf<StartAnswer>();
    expectTypeOf<client.ProblemCode>().toEqualTypeOf<ProblemBody['code']>();
    expectTypeOf<client.SkipError>().toEqualTypeOf<SkipError>();
    expectTypeOf<client.Channel>().toEqualTypeOf<NonNullable<NextWorkflowBody['from']>>();
    expectTypeOf<keyof ClientStartBody | 'client'>().toEqualTypeOf<keyof StartBody>();
  });
});

describe('toVerification', () => {
  it('takes an object of the contract as it is', () => {
    const verification = verificationObject();
    expect(verificationSchema.parse(verification)).toEqual(verification);
    expect(toVerification(verification)).toEqual(verification);
  });

  it('knows every status of the contract, and which are final', () => {
    for (const status of statusSchema.options) {
      const taken = toVerification(verificationObject({ status }));
      expect(taken?.status).toBe(status);
      const inDomain = { status } as Parameters<typeof isFinalInDomain>[0];
      expect(isFinal(verificationObject({ status }))).toBe(isFinalInDomain(inDomain));
    }
  });
});

describe('what the app says about itself', () => {
  it('goes with starts and skipped channels, and does not belong to a request', async () => {
    const server = backend();
    server.change(submitCode());
    const info = { platform: 'ios', appVersion: '4.12.1', sdkVersion: '1.0.5', carrier: '26201' };
    const store = storage();
    const verification = await begin(server, { WebSocket: null, store, client: info });
    await verification.nextWorkflow();
    const sent = server.received.flatMap(({ body }) =>
      body ? [nextWorkflowBodySchema.parse(body)] : [],
    );
    const { platform, appVersion: app_version, sdkVersion: sdk_version, carrier } = info;
    const client = { platform, app_version, sdk_version, carrier };
    expect(sent.map((body) => body.client)).toEqual([client, client]);
    const updated = clientOf(server, { store, client: { ...info, appVersion: '5.0.0' } });
    expect(await updated.resume({ phoneNumber: PHONE_NUMBER })).toBeDefined();
    expect(JSON.stringify(store.getItem('silent-auth'))).not.toContain('26201');
  });
});
