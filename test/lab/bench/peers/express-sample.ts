/** An Express server as samples write it: state in memory, unsigned webhooks, an app that polls. */

import express from 'express';
import { readPeerSettings } from './settings.ts';
import { createPeerVonage } from './vonage.ts';

const settings = readPeerSettings();
const vonage = createPeerVonage(settings);
const verifications = new Map<string, { status: string; check_url?: string }>();

const app = express();
app.use(express.json());

app.post('/start', async (request, response) => {
  const { requestId, checkUrl } = await vonage.start(request.body.phone_number);
  const known = verifications.get(requestId);
  verifications.set(requestId, {
    status: 'pending',
    ...(checkUrl && { check_url: checkUrl }),
    ...known,
  });
  response.status(202).json({ request_id: requestId, client_token: requestId });
});

app.get('/status/:id', (request, response) => {
  response.json(verifications.get(request.params.id) ?? { status: 'unknown' });
});

app.post('/webhook', (request, response) => {
  const { request_id: requestId, status, action } = request.body;
  const known = verifications.get(requestId);
  verifications.set(requestId, { ...known, status, ...action });
  response.sendStatus(204);
});

app.post('/check-code', async (request, response) => {
  const { request_id: requestId, code } = request.body;
  await vonage.check(requestId, code);
  verifications.set(requestId, { status: 'completed' });
  response.json({ verified: true });
});

const server = app.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});
