/** The peer as an Express server, which has its secrets in a variable and holds the sockets itself. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createPeer } from './peer.ts';

const secrets = JSON.parse(process.env.PEER_SECRETS ?? '');
const sockets = new Map<string, WebSocket>();
const peer = createPeer({
  readSecret: async (id) => secrets[id],
  push: (id, message) => sockets.get(id)?.send(message),
});

// The package brings no types.
const express = createRequire(import.meta.url)('express');
const app = express();
app.use(express.text({ type: '*/*' }));
app.post(
  '/:path',
  async (request: IncomingMessage & { body: string }, response: ServerResponse) => {
    const { url, body, headers } = request;
    const { authorization } = headers;
    const answer = await peer.answer({ route: `POST ${url}`, body, authorization });
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(answer.body);
  },
);

const server: Server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(port);
});

let opened = 0;
new WebSocketServer({ server }).on('connection', (socket) => {
  opened += 1;
  const id = `connection-${opened}`;
  sockets.set(id, socket);
  socket.once('close', () => sockets.delete(id));
  socket.on('message', async (data) => {
    const { body } = await peer.subscribe(data.toString(), id);
    socket.send(body ?? '');
  });
});
