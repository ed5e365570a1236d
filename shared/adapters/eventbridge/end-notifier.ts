/** Publishes the end of a verification on the stage's EventBridge bus. */

import type { Clock } from '../../domain/ports/clock.ts';
import type { EndNotifier } from '../../domain/ports/end-notifier.ts';
import type { Telemetry } from '../../domain/ports/telemetry.ts';
import type { Entry } from '../../domain/ports/verification-log.ts';
import type { Verification } from '../../domain/verification.ts';
import type { AwsRequestOptions } from '../aws/request.ts';
import { putEvent } from './put-event.ts';

export interface EndNotifierOptions extends AwsRequestOptions {
  /** Name of the bus. */
  readonly bus: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** Consumers' rules match on these two values. */
const SOURCE = 'silent-auth';
const DETAIL_TYPE = 'verification.ended';

/** One retry; after that the next event or read of the verification tries again. */
const TRIES = 2;

export function createEndNotifier({ bus, telemetry, ...options }: EndNotifierOptions): EndNotifier {
  return {
    notify: async (entry, verification) => {
      const event = {
        EventBusName: bus,
        Source: SOURCE,
        DetailType: DETAIL_TYPE,
        Detail: JSON.stringify(toDetail(entry, verification)),
        Time: Math.floor((verification.endedAtMs ?? verification.updatedAtMs) / 1000),
      };
      for (let attempt = 0; attempt < TRIES; attempt++) {
        if (await putEvent(event, options).catch(() => false)) return true;
      }
      telemetry.measure({ name: 'EventFailed' });
      return false;
    },
  };
}

/** Every member is always present; none is a phone number or an e-mail address. */
function toDetail(
  { events }: Entry,
  verification: Verification,
): Readonly<Record<string, unknown>> {
  const { requestId, status, channel, verified, reason, endedAtMs, updatedAtMs } = verification;
  const started = events.find(({ type }) => type === 'started');
  const { subject, nonce } =
    started?.type === 'started' ? started : { subject: undefined, nonce: undefined };
  return {
    request_id: requestId,
    status,
    channel,
    verified: { phone_number: verified.phoneNumber, email: verified.email },
    reason,
    sub: subject ?? null,
    nonce: nonce ?? null,
    at: new Date(endedAtMs ?? updatedAtMs).toISOString(),
  };
}
