/** Where Vonage sends what happens: the application's setting, changed between contenders. */

import type { Endpoints } from '../../../../infra/local/endpoints.ts';
import type { HttpAgent } from './http.ts';

export async function sendWebhooksTo(
  url: string,
  endpoints: Endpoints,
  agent: HttpAgent,
): Promise<void> {
  const { vonage, account, application_id: id } = endpoints;
  const credentials = Buffer.from(`${account.api_key}:${account.api_secret}`).toString('base64');
  const webhooks = { status_url: { address: `${url}/webhook`, http_method: 'POST' } };
  const { status, body } = await agent.send('PUT', `${vonage}/v2/applications/${id}`, {
    headers: { authorization: `Basic ${credentials}` },
    body: { name: 'bench', capabilities: { verify: { webhooks } } },
  });
  if (status !== 200) throw new Error(`the Status URL was not taken: ${status} ${body}`);
}
