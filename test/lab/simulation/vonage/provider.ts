/**
 * Vonage: the simulator of the local stack (docs/vonage.md) in virtual time. Each request draws its
 * readings of what Vonage leaves undocumented.
 */

import type { Answer } from '../../../../infra/local/vonage/answer.ts';
import { type DeviceResult, finishDevice } from '../../../../infra/local/vonage/carrier.ts';
import type { RequestFault } from '../../../../infra/local/vonage/fault-rules.ts';
import { createFaults } from '../../../../infra/local/vonage/faults.ts';
import { createInbox } from '../../../../infra/local/vonage/inbox.ts';
import { createRequests } from '../../../../infra/local/vonage/requests.ts';
import { isVerification, type Verification } from '../../../../infra/local/vonage/verification.ts';
import { createVerifyApi } from '../../../../infra/local/vonage/verify-api.ts';
import { member } from '../../../fixtures/json.ts';
import { HEX } from '../../../fixtures/prng.ts';
import type { JsonObject } from '../history.ts';
import type { Carrier } from '../settings.ts';
import type { Surroundings } from '../wire.ts';

interface ProviderNeeds extends Surroundings {
  readonly carrierOf: (number: string) => Carrier;
  readonly send: (body: JsonObject) => void;
}

export const VONAGE_ORIGIN = 'https://api-eu.vonage.com';

const OUTCOMES = {
  matches: 'completed',
  mismatches: 'user_rejected',
  fails: 'failed',
  unsupported: 'failed',
} as const;

export type Provider = ReturnType<typeof createProvider>;

export function createProvider(needs: ProviderNeeds) {
  const { scheduler, faults, prng, history, carrierOf, send } = needs;
  const inbox = createInbox();
  const readings = new Map<string, RequestFault>();
  const statuses = new Map<string, string>();
  /** Whether it refuses what silent_auth cannot check, although other channels could. */
  const refusesUncovered = prng.chance(0.5);

  const readingsOf = (requestId: string, to: string): RequestFault => {
    const carrier = carrierOf(`+${to}`);
    const drawn: RequestFault = readings.get(requestId) ?? {
      coverage: carrier === 'unsupported' ? 'unsupported' : 'supported',
      coverage_event: prng.chance(0.5),
      outcomes: { silent_auth: OUTCOMES[carrier] },
      check_url_id: 'own',
      check_url_in: prng.pick(['both', 'both', 'both', 'webhook']),
      action: prng.pick(['object', 'array']),
      after_user_rejected: prng.chance(0.2) ? 'stop' : 'continue',
      wrong_silent_code: prng.pick(['stay', 'next_channel', 'end', 'gone']),
      conflict_request_id: !faults.happens('odd_provider'),
      channel_events: prng.chance(0.3),
      skipped_event: prng.chance(0.5),
      cancel_refusal: prng.pick([404, 409]),
      cancel_webhooks: prng.pick(['summary', 'event', 'both', 'none']),
    };
    readings.set(requestId, drawn);
    return drawn;
  };

  const observe = ({ requestId, status, workflow, current }: Verification): void => {
    const before = statuses.get(requestId);
    statuses.set(requestId, status);
    if (!before) history.record({ kind: 'provider', requestId, status: 'created' });
    if (status === (before ?? 'running')) return;
    const channel = workflow[current]?.order.channel;
    history.record({ kind: 'provider', requestId, status, channel });
  };

  const hex = (length: number): string => prng.text(HEX, length);
  const requests = createRequests({
    random: { id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`, below: prng.below },
    time: {
      now: scheduler.now,
      scaledMs: (seconds) => seconds * 1000,
      after: (delayMs, task) => {
        let isCancelled = false;
        scheduler.after(delayMs, () => {
          if (!isCancelled) task();
        });
        return () => {
          isCancelled = true;
        };
      },
      stop: () => {},
    },
    faults: {
      ...createFaults(() => {}),
      forRequest: ({ requestId = '', addresses: [first = ''] }) => readingsOf(requestId, first),
    },
    inbox,
    webhooks: {
      prepare: ({ workflow, ...bare }) => {
        // Vonage's schema allows a summary without the list of channels.
        send(workflow && prng.chance(0.9) ? { ...bare, workflow } : bare);
        return [];
      },
      dispatch: () => {},
      pending: () => [],
      close: () => {},
    },
    stateFile: {
      save: (changes) => {
        for (const { value } of changes) if (isVerification(value)) observe(value);
      },
      load: () => [],
      close: () => {},
    },
    origin: () => VONAGE_ORIGIN,
  });
  const api = createVerifyApi(requests);

  return {
    ...api,
    start: (body: unknown, applicationId: string | null): Answer => {
      const [first] = Object(member(body, 'workflow'));
      const isUncovered =
        member(first, 'coverage_check') === true &&
        carrierOf(`+${member(first, 'to')}`) === 'unsupported';
      return isUncovered && refusesUncovered
        ? { status: 412, headers: {}, body: '' }
        : api.start(body, applicationId);
    },
    find: requests.find,
    /** A handset with this number opens a check_url over mobile data. */
    open: (checkUrl: string, number: string): DeviceResult => {
      const verification = requests.findByCheckUrl(checkUrl.split('/').at(-3) ?? '');
      if (!verification) return { type: 'not_found' };
      const isOwn = verification.order.workflow[0]?.to === number.slice(1);
      return requests.change(verification, (moment) =>
        finishDevice(
          verification,
          isOwn ? moment : { ...moment, fault: { outcomes: { silent_auth: 'user_rejected' } } },
        ),
      );
    },
    /** The code of a request that was sent to an address, whose owner can read it. */
    inbox: (requestId: string, address: string) =>
      inbox.read(address).find((message) => message.request_id === requestId)?.code,
  };
}
