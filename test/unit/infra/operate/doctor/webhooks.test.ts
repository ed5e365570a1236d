import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { checkWebhooks } from '../../../../../infra/operate/doctor/webhooks.ts';

it('checkWebhooks skips the checks that need a missing signature secret', async () => {
  const server = createServer((_request, response) => response.writeHead(503).end());
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
  const findings = await checkWebhooks({ webhookUrl }, {});
  expect(findings.map(({ result, says }) => `${result} ${says}`.trim())).toEqual([
    'skipped needs the signature secret',
    'skipped needs the signature secret',
    'ok',
  ]);
});
