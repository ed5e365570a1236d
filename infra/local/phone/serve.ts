/**
 * The phone page of the local stack: `GET /`, its assets and its helpers under `/phone/`, and
 * `/redirect`, where `result: redirect` ends. Served to this machine only, never deployed.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Endpoints } from '../endpoints.ts';
import type { ServePage } from '../gateway/http-api.ts';
import { type Assets, buildAssets } from './assets.ts';
import { readClockMessages } from './clock-messages.ts';
import { forgeWebhook } from './forge.ts';
import { followHop } from './hop.ts';
import { type PageAnswer, refuse, sendAnswer, toJson } from './page-answer.ts';
import { createSecurityHeaders, isFromPage, isOwnHost } from './page-guard.ts';
import { readJsonBody } from './read-json-body.ts';
import { addRules, readCalls, readInbox, removeRule } from './simulator.ts';
import { readStoredItem } from './stored-item.ts';

export interface PhonePage {
  readonly serve: ServePage;
  /** Sets the addresses of the stack; only then are requests answered. */
  attach(endpoints: Endpoints): void;
}

interface PageRequest {
  readonly endpoints: Endpoints;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const PAGES = new Set(['/', '/redirect', '/favicon.ico']);

/** Helpers for the page's script: data and calls that a browser cannot reach by itself. */
const ROUTES: Readonly<Record<string, (request: PageRequest) => Promise<PageAnswer>>> = {
  'GET /phone/where': async ({ endpoints: { api, websocket, vonage, tables } }) =>
    toJson({ api, websocket, vonage, table: tables.verifications }),
  'GET /phone/item': ({ endpoints, query }) => readStoredItem(endpoints, query),
  'GET /phone/clock': ({ endpoints, query }) => readClockMessages(endpoints, query),
  'GET /phone/calls': ({ endpoints, query }) => readCalls(endpoints, query),
  'GET /phone/inbox': ({ endpoints, query }) => readInbox(endpoints, query),
  'POST /phone/faults': ({ endpoints, body }) => addRules(endpoints, body),
  'DELETE /phone/faults': ({ endpoints, query }) => removeRule(endpoints, query),
  'POST /phone/hop': ({ endpoints, body }) => followHop(endpoints, body),
  'POST /phone/forge': ({ endpoints, body }) => forgeWebhook(endpoints, body),
};

export function createPhonePage(): PhonePage {
  let endpoints: Endpoints | undefined;
  let assets: Promise<Assets> | undefined;

  async function answer(request: IncomingMessage, url: URL, at: Endpoints): Promise<PageAnswer> {
    const route = ROUTES[`${request.method} ${url.pathname}`];
    if (route) {
      if (!isFromPage(request)) return refuse(403, 'Forbidden');
      const body = request.method === 'POST' ? await readJsonBody(request) : undefined;
      return route({ endpoints: at, query: url.searchParams, body });
    }
    assets ??= buildAssets(at.api);
    const asset = (await assets).get(url.pathname);
    if (!asset) return refuse(404, 'Not Found');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    return isRead ? asset : refuse(405, 'Method Not Allowed');
  }

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    at: Endpoints,
  ): Promise<void> {
    const answered = await answer(request, url, at).catch((error: unknown) => {
      console.error('[phone page]', error);
      return refuse(502, 'the local stack did not answer; see the console');
    });
    sendAnswer(response, answered, createSecurityHeaders(at, answered.script));
  }

  return {
    attach(given) {
      endpoints = given;
    },
    serve(request, response) {
      const url = new URL(request.url ?? '/', 'http://page');
      const isOurs = PAGES.has(url.pathname) || url.pathname.startsWith('/phone/');
      if (!isOurs || !endpoints || !isOwnHost(request, endpoints)) return false;
      respond(request, response, url, endpoints).catch(() => response.destroy());
      return true;
    },
  };
}
