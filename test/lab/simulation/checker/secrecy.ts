/** S8, S9: who may see what, and what nobody may. */

import type { Recorded } from '../history.ts';
import type { World } from '../world.ts';
import { get } from './objects.ts';
import type { Violation } from './violation.ts';

export function judgeSecrecy(world: World): readonly Violation[] {
  return [...judgeHolders(world), ...judgeHandshakes(world), ...judgeLines(world)];
}

/** S8: a body names a verification, its token or its check_url only to who holds that token. */
function judgeHolders(world: World): readonly Violation[] {
  const { holdings, history, provider } = world;
  const secrets = holdings.map(({ client, requestId, token }) => ({
    holders: new Set(
      holdings.filter((other) => other.requestId === requestId).map((other) => other.client.name),
    ),
    owner: client.name,
    texts: [requestId, token.slice(requestId.length), provider.find(requestId)?.checkUrl ?? token],
    requestId,
  }));
  return history.facts.flatMap((fact) => {
    const received = toReceived(fact);
    if (!received) return [];
    return secrets
      .filter(({ holders }) => !holders.has(received.who))
      .filter(({ texts }) => texts.some((text) => received.text.includes(text)))
      .map(({ requestId, owner }) => ({
        invariant: 'S8',
        message: `${received.who} received something of ${owner}: ${received.text.slice(0, 200)}`,
        requestId,
      }));
  });
}

function toReceived(fact: Recorded): { readonly who: string; readonly text: string } | undefined {
  if (fact.kind !== 'received' && fact.kind !== 'push' && fact.kind !== 'message') return undefined;
  return { who: fact.to, text: JSON.stringify(fact.body) ?? '' };
}

/** T11: no socket without the right token, none from a foreign page. */
function judgeHandshakes({ history, holdings }: World): readonly Violation[] {
  return history.facts.flatMap((fact): readonly Violation[] => {
    if (fact.kind !== 'handshake' || !fact.isOpen) return [];
    const isKnown = holdings.some(({ token }) => token === fact.token);
    return isKnown && fact.origin === undefined
      ? []
      : [{ invariant: 'S8', message: `${fact.from} opened a socket from ${fact.origin}` }];
  });
}

const REQUEST_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** S9: nothing private in a log line, a metric or an error body. */
function judgeLines({ history, settings, holdings, provider }: World): readonly Violation[] {
  const codes = history.facts
    .filter((fact) => fact.kind === 'request')
    .flatMap(({ body, key }) => [get(body, 'code'), get(body, 'nonce'), key])
    .filter((text) => typeof text === 'string');
  const proofs = history.facts
    .filter((fact) => fact.kind === 'answer')
    .flatMap(({ body }) => get(body, 'proof'))
    .filter((proof) => typeof proof === 'string');
  const secrets = [
    ...settings.people.flatMap(({ number, email }) => [number, number.slice(1), email]),
    ...holdings.flatMap(({ requestId, token }) => [
      token.slice(requestId.length + 1),
      provider.find(requestId)?.checkUrl ?? token,
    ]),
    ...codes,
    ...proofs,
  ];
  return history.facts.flatMap((fact) => {
    // Six digits may stand in a request_id by chance.
    const text = toLine(fact)?.replaceAll(REQUEST_ID, '');
    const found = text && secrets.find((secret) => text.includes(secret));
    return found ? [{ invariant: 'S9', message: `${found} in ${text}` }] : [];
  });
}

/** An error's own object may hold what belongs to the one who asked. */
function toLine(fact: Recorded): string | undefined {
  if (fact.kind === 'log') return JSON.stringify(fact.line);
  if (fact.kind === 'metric') return JSON.stringify(fact.dimensions);
  if (fact.kind !== 'answer' || fact.status === 'crashed' || fact.status < 400) return undefined;
  const { verification: _, ...rest } = Object(fact.body);
  return JSON.stringify(rest);
}
