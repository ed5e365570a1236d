import { expect, it, onTestFinished } from 'vitest';
import { checkWebhooks } from '../../../../../infra/operate/doctor/webhooks.ts';
import { startHttpStub } from '../../../../fixtures/http-stub.ts';

it('checkWebhooks skips the checks that need a missing signature secret', async () => {
  const stub = await startHttpStub();
  onTestFinished(stub.stop);
  stub.answer((response) => response.writeHead(503).end());
  const findings = await checkWebhooks({ webhookUrl: `${stub.url}/webhook` }, {});
  expect(findings.map(({ result, says }) => `${result} ${says}`.trim())).toEqual([
    'skipped needs the signature secret',
    'skipped needs the signature secret',
    'ok',
  ]);
});
