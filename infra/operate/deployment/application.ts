/**
 * Client of Vonage's Applications API (protocol §8): Basic authentication; a PUT replaces the whole
 * application.
 */

import { z } from 'zod';
import { CommandError } from '../../../shared/command/command-error.ts';

export interface Account {
  readonly apiKey: string;
  readonly apiSecret: string;
}

const statusUrl = z.looseObject({ address: z.string().optional() });
const verify = z.looseObject({
  webhooks: z.looseObject({ status_url: statusUrl.optional() }).optional(),
});
const application = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  keys: z.looseObject({ public_key: z.string().optional() }).optional(),
  capabilities: z.looseObject({ verify: verify.optional() }).default({}),
});
export type Application = z.infer<typeof application>;

export interface Applications {
  readonly get: (id: string) => Promise<Application>;
  /** Every application of the account. */
  readonly list: () => Promise<readonly Application[]>;
  /** @returns its id */
  readonly create: (created: Application) => Promise<string>;
  readonly put: (id: string, replacing: Application) => Promise<void>;
}

const page = z.object({
  total_pages: z.number().default(1),
  _embedded: z.object({ applications: z.array(application) }),
});
const created = z.object({ id: z.string() });

const TIMEOUT_MS = 10_000;
const PAGE_SIZE = 100;

/**
 * Each call throws CommandError when Vonage refuses the credentials or the application does not
 * exist.
 */
export function openApplications(url: string, { apiKey, apiSecret }: Account): Applications {
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
  const call = async (method: string, path: string, body?: Application): Promise<unknown> => {
    const response = await fetch(`${url}/v2/applications${path}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body && { body: JSON.stringify(body) }),
    });
    if (response.status === 401) throw new CommandError('Vonage refuses the API key and secret');
    if (response.status === 404) throw new NoApplication(path.slice(1));
    if (!response.ok) throw new CommandError(`Vonage answered ${response.status} to the ${method}`);
    return response.json();
  };
  const pathOf = (id: string): string => `/${encodeURIComponent(id)}`;
  return {
    get: async (id) => application.parse(await call('GET', pathOf(id))),
    async list() {
      const found: Application[] = [];
      for (let number = 1, last = 1; number <= last; number += 1) {
        const answer = await call('GET', `?page_size=${PAGE_SIZE}&page=${number}`);
        const { total_pages: pages, _embedded: embedded } = page.parse(answer);
        found.push(...embedded.applications);
        last = pages;
      }
      return found;
    },
    create: async (wanted) => created.parse(await call('POST', '', wanted)).id,
    put: async (id, replacing) => {
      await call('PUT', pathOf(id), replacing);
    },
  };
}

/** The application does not exist at Vonage. */
export class NoApplication extends CommandError {
  override readonly name = 'NoApplication';

  constructor(id: string) {
    super(`Vonage has no application ${id}`);
  }
}

export function statusUrlOf({ capabilities }: Application): string | undefined {
  return capabilities.verify?.webhooks?.status_url?.address;
}

/**
 * The same application with another Status URL; members that Vonage creates itself are left out.
 */
export function withStatusUrl(
  { id: _id, _links, ...kept }: Application,
  address: string,
): Application {
  const { capabilities } = kept;
  const webhooks = {
    ...capabilities.verify?.webhooks,
    status_url: { address, http_method: 'POST' },
  };
  return {
    ...kept,
    capabilities: { ...capabilities, verify: { ...capabilities.verify, webhooks } },
  };
}
