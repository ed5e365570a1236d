/** Follows the check_url, as Vonage's library does over mobile data on a real phone. */

import type { HandsetAnswer } from '../../../../shared/client/handset.ts';
import type { Hop } from '../hop.ts';
import { mask, maskUrl } from './mask.ts';
import type { Pace } from './pace.ts';
import type { PageApi } from './page-api.ts';
import type { Wire } from './wire.ts';

export interface HandsetNeeds {
  readonly api: Pick<PageApi, 'openHop'>;
  readonly wire: Wire;
  readonly pace: Pace;
  readonly isOnWifi: boolean;
  /** Shows a line about what the phone does. */
  readonly note: (text: string, tone?: 'bad') => void;
}

const MAX_HOPS = 30;

export async function followCheckUrl(
  checkUrl: string,
  signal: AbortSignal,
  { api, wire, pace, isOnWifi, note }: HandsetNeeds,
): Promise<HandsetAnswer> {
  await pace.step('Open the check_url', signal);
  if (isOnWifi) {
    note('No mobile data: the check_url cannot be opened', 'bad');
    return { error: 'sdk_no_data_connectivity' };
  }
  let url = checkUrl;
  let cookies = '';
  for (let count = 1; count <= MAX_HOPS; count += 1) {
    const atMs = Date.now();
    const hop = await api.openHop(url, cookies, signal);
    record(wire, atMs, hop);
    const party = partyOf(hop.path);
    if (hop.location === undefined) {
      const isGood = hop.status === 200;
      note(`${hop.status} from ${party}`, isGood ? undefined : 'bad');
      await pace.step(isGood ? 'Submit the code' : 'Report the refusal', signal);
      return { http_status: hop.status, response_body: hop.body };
    }
    note(`${hop.status} ${party} · ${hop.host} · ${hop.milliseconds} ms`);
    ({ cookies } = hop);
    url = hop.location;
    await pace.step(`Follow redirect ${count} to ${partyOf(new URL(url).pathname)}`, signal);
  }
  return { error: 'sdk_redirect_error' };
}

/** The party that answers under this path of the simulator. */
function partyOf(path: string): string {
  if (path.startsWith('/aggregator')) return 'aggregator';
  return path.startsWith('/carrier') ? 'carrier' : 'Vonage';
}

function record(wire: Wire, atMs: number, hop: Hop): void {
  const { status, host, path, milliseconds, location, body } = hop;
  wire.record({
    atMs,
    from: 'app',
    to: 'vonage',
    label: `GET ${host} (${partyOf(path)})`,
    outcome: `${status}, ${milliseconds} ms`,
    tone: status < 400 ? 'plain' : 'bad',
    content: {
      get: maskUrl(`http://${host}${path}`),
      status,
      milliseconds,
      ...(location !== undefined && { location: maskUrl(location) }),
      ...(body !== undefined && { body: mask(body) }),
    },
  });
}
