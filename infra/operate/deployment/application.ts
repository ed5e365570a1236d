/** Vonage's Applications API (protocol §8): Basic credentials, and a PUT replaces everything. */

import { z } from 'zod';
import { UsageError } from './usage-error.ts';

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
  readonly get: () => Promise<Application>;
  readonly put: (replacing: Application) => Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** @throws UsageError when Vonage refuses the credentials or does not know the application */
export function openApplications(
  url: string,
  applicationId: string,
  { apiKey, apiSecret }: Account,
): Applications {
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
  const call = async (method: 'GET' | 'PUT', body?: Application): Promise<Application> => {
    const response = await fetch(`${url}/v2/applications/${encodeURIComponent(applicationId)}`, {
      method,
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body && { body: JSON.stringify(body) }),
    });
    if (response.status === 401) throw new UsageError('Vonage refuses the API key and secret');
    if (response.status === 404) throw new UsageError(`Vonage has no application ${applicationId}`);
    if (!response.ok) throw new UsageError(`Vonage answered ${response.status} to the ${method}`);
    return application.parse(await response.json());
  };
  return {
    get: () => call('GET'),
    put: async (replacing) => {
      await call('PUT', replacing);
    },
  };
}

export function statusUrlOf({ capabilities }: Application): string | undefined {
  return capabilities.verify?.webhooks?.status_url?.address;
}

/** The same application with another Status URL; what Vonage makes itself is left out. */
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
