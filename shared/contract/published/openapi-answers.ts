/** The answers of a route, as the OpenAPI document shows them. */

import { PROBLEMS, type ProblemCode } from '../../domain/errors.ts';
import { MOMENTS } from './example-verifications.ts';
import { isTimed, problem } from './examples.ts';
import type { JsonSchema } from './json-schemas.ts';
import type { Route, Success } from './routes.ts';

/**
 * Statuses with which the gateway itself answers on any route: its limits, its throttling, its
 * faults.
 */
const GATEWAY_STATUSES = [413, 429, 500, 503];
const GATEWAY_ERROR = {
  'application/json': { schema: { $ref: '#/components/schemas/GatewayError' } },
};

const ANSWER_HEADERS = {
  'cache-control': { $ref: '#/components/headers/CacheControl' },
  'x-correlator': { $ref: '#/components/headers/Correlator' },
};

/** Every status of a route, with each problem code that it can have. */
export function responses({ successes, problems, security }: Route): JsonSchema {
  const byStatus = new Map(GATEWAY_STATUSES.map((status) => [status, [] as ProblemCode[]]));
  if (security === 'login') for (const status of [401, 403]) byStatus.set(status, []);
  for (const code of problems) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const statuses = [...byStatus].toSorted(([one], [other]) => one - other);
  return {
    ...Object.fromEntries(successes.map((success) => [success.status, successAnswer(success)])),
    ...Object.fromEntries(
      statuses.map(([status, codes]) => [status, errorAnswer(status, codes, security)]),
    ),
    default: {
      description: "The gateway's other errors, such as an unknown route.",
      content: GATEWAY_ERROR,
    },
  };
}

function successAnswer({ description, schema, moments = [] }: Success): JsonSchema {
  const examples = Object.fromEntries(
    moments.map((moment) => [moment, { value: { verification: MOMENTS[moment] } }]),
  );
  return {
    description,
    headers: ANSWER_HEADERS,
    ...(schema && {
      content: {
        'application/json': {
          schema: { $ref: `#/components/schemas/${schema}` },
          ...(moments.length > 0 && { examples }),
        },
      },
    }),
  };
}

function errorAnswer(
  status: number,
  codes: readonly ProblemCode[],
  security: Route['security'],
): JsonSchema {
  const byGateway =
    GATEWAY_STATUSES.includes(status) || (security === 'login' && [401, 403].includes(status));
  const problems = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`);
  return {
    description: [...problems, ...(byGateway ? ['the gateway answered by itself'] : [])].join('; '),
    headers: {
      ...(codes.length > 0 && ANSWER_HEADERS),
      ...(codes.some(isTimed) && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: {
      ...(codes.length > 0 && {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(codes.map((code) => [code, { value: problem(code) }])),
        },
      }),
      ...(byGateway && GATEWAY_ERROR),
    },
  };
}
