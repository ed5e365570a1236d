/** S8, S9: who may see what, and what nobody may. */

import { member } from '../../../fixtures/json.ts';
import type { Fact } from '../history.ts';
import type { World } from '../world.ts';
import type { Report } from './objects.ts';

const REQUEST_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export function checkSecrecy(world: World, report: Report): void {
  checkHolders(world, report);
  checkHandshakes(world, report);
  checkLines(world, report);
}

/** S8: a body names a verification, its token or its check_url only to who holds that token. */
function checkHolders({ holdings, history, provider }: World, report: Report): void {
  const secrets = holdings.map(({ client, requestId, token }) => {
    const same = holdings.filter((other) => other.requestId === requestId);
    const known = provider.find(requestId);
    return {
      requestId,
      owner: client.name,
      holders: new Set(same.map((other) => other.client.name)),
      texts: [requestId, token.slice(requestId.length), ...(known ? [known.checkUrlId] : [])],
    };
  });
  for (const fact of history.facts) {
    if (fact.kind !== 'received' && fact.kind !== 'push' && fact.kind !== 'message') continue;
    const seen = JSON.stringify(fact.body) ?? '';
    for (const { requestId, owner, holders, texts } of secrets) {
      if (holders.has(fact.to) || !texts.some((text) => seen.includes(text))) continue;
      const what = `${fact.to} received something of ${owner}: ${seen.slice(0, 200)}`;
      report('S8', what, { requestId });
    }
  }
}

/** T11: no socket without the right token, none from a foreign page. */
function checkHandshakes({ history, holdings }: World, report: Report): void {
  for (const { isOpen, token, from, origin } of history.of('handshake')) {
    const isAllowed = origin === undefined && holdings.some((holding) => holding.token === token);
    if (isOpen && !isAllowed) report('S8', `${from} opened a socket from ${origin}`);
  }
}

/** S9: nothing private in a log line, a metric or an error body. */
function checkLines({ history, settings, holdings }: World, report: Report): void {
  const secrets = [
    ...settings.people.flatMap(({ number, email }) => [number, number.slice(1), email]),
    '/silent-auth/redirect',
    ...holdings.map(({ requestId, token }) => token.slice(requestId.length + 1)),
    ...history.of('answer').map(({ body }) => member(body, 'proof')),
    ...history
      .of('request')
      .flatMap(({ body, key }) => [member(body, 'code'), member(body, 'nonce'), key]),
  ].filter((secret) => typeof secret === 'string');
  for (const fact of history.facts) {
    // Six digits may be part of a request_id by chance; it is also a part of every check_url.
    const text = toLine(fact)?.replaceAll(REQUEST_ID, '');
    const found = text && secrets.find((secret) => text.includes(secret));
    if (found) report('S9', `${found} in ${text}`);
  }
}

/** The object in an error may hold what belongs to whoever asked. */
function toLine(fact: Fact): string | undefined {
  if (fact.kind === 'log') return JSON.stringify(fact.line);
  if (fact.kind === 'metric') return JSON.stringify(fact.dimensions);
  if (fact.kind !== 'answer' || fact.status === 'crashed' || fact.status < 400) return undefined;
  const { verification: _, ...rest } = Object(fact.body);
  return JSON.stringify(rest);
}
