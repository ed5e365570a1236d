/** An Express server on the official SDK that does what ours do: locks, tokens, signed webhooks, a durable state and a WebSocket. */

import express from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import { checkBody, startBody, subscription, webhookBody } from './schemas.ts';
import { readPeerSettings } from './settings.ts';
import { createPeerStore, type PeerRecord } from './store.ts';
import { createPeerVonage } from './vonage.ts';
import { isSigned } from './webhook-signature.ts';

const settings = readPeerSettings();
const vonage = createPeerVonage(settings);
const store = createPeerStore(settings);
const sockets = new Map<string, WebSocket>();

const app = express();
app.use(express.text({ type: '*/*' }));

app.post('/start', async (request, response) => {
  const { phone_number: phoneNumber } = startBody.parse(JSON.parse(request.body));
  if (!(await store.lock(phoneNumber))) return response.sendStatus(429);
  const { requestId, checkUrl } = await vonage.start(phoneNumber);
  const token = await store.begin(requestId);
  if (checkUrl) push(await store.record(requestId, 'action_pending', checkUrl));
  response.status(202).json({ request_id: requestId, client_token: token });
});

app.post('/webhook', async (request, response) => {
  if (!isSigned(request.headers.authorization, request.body, settings.signatureSecret)) {
    return response.sendStatus(401);
  }
  const { request_id: id, status, action } = webhookBody.parse(JSON.parse(request.body));
  push(await store.record(id, status, action?.check_url));
  response.sendStatus(204);
});

app.post('/check-code', async (request, response) => {
  const { request_id: requestId, code } = checkBody.parse(JSON.parse(request.body));
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  if (!(await store.isOwner(requestId, token))) return response.sendStatus(401);
  await vonage.check(requestId, code);
  push(await store.record(requestId, 'completed'));
  response.json({ verified: true });
});

function push({ connections, ...message }: PeerRecord): void {
  for (const id of connections) sockets.get(id)?.send(JSON.stringify(message));
}

const server = app.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});

let opened = 0;
new WebSocketServer({ server }).on('connection', (socket) => {
  opened += 1;
  const id = `connection-${opened}`;
  sockets.set(id, socket);
  socket.once('close', () => sockets.delete(id));
  socket.on('message', async (data) => {
    const wanted = subscription.parse(JSON.parse(data.toString()));
    const record = await store.connect(wanted.request_id, wanted.client_token, id);
    push({ ...record, connections: [id] });
  });
});
