/** Rules that keep strangers from spending the operator's money. */

import { HTTP_ROUTES, type SharedLimit } from '../../../shared/config.ts';
import type { Stage, Throttle } from '../stage.ts';
import { isCountry } from './countries.ts';
import { prefixFaults } from './prefixes.ts';
import { broken, isDistinct, isIntegerBetween, isLoopback, type Rule } from './rule.ts';

/** Channels whose every message is charged. */
const PAID_CHANNELS = ['sms', 'voice', 'whatsapp', 'rcs'];

/**
 * Upper bound for a block's limit: its item holds about 15 bytes per caller and stays below 10 KB.
 */
const MAX_PREFIX_COUNT = 500;

export function abuseFaults(stage: Stage): string[] {
  const paid = stage.workflow.map(({ channel }) => channel).filter(isPaid);
  const rules: Rule[] = [
    [
      paid.length === 0 || stage.authorizer !== undefined || stage.allowUnattendedMessages,
      `anybody could make Vonage send paid messages (${paid.join(', ')}): set authorizer, ` +
        'or allowUnattendedMessages: true if the limits are protection enough',
    ],
    [
      stage.name !== 'prod' || !stage.playground,
      'playground must be false in prod: anybody would pass with a +990 number',
    ],
    [stage.countries.length > 0, 'countries must name at least one'],
    ...stage.countries.map(
      (code): Rule => [isCountry(code), `countries: ${code} is not an ISO 3166-1 alpha-2 code`],
    ),
    [isDistinct(stage.countries), 'countries must not repeat one'],
    [
      stage.documentationNumbers !== true || isLoopback(stage.vonageBaseUrl),
      'documentationNumbers are for one machine: vonageBaseUrl must be loopback',
    ],
    ...Object.entries(stage.limits).flatMap(([name, limit]) => limitRules(name, limit)),
    [
      stage.limits.prefix.count <= MAX_PREFIX_COUNT,
      `limits.prefix.count must be at most ${MAX_PREFIX_COUNT}: its item holds a number per caller`,
    ],
    [isThrottle(stage.throttle), 'throttle must be a rate up to 10000 and a burst up to 5000'],
    [
      isThrottle(stage.websocketThrottle),
      'websocketThrottle must be a rate up to 10000 and a burst up to 5000',
    ],
    ...Object.entries(stage.routeThrottles).flatMap(([routeKey, throttle]): Rule[] => [
      [Object.hasOwn(HTTP_ROUTES, routeKey), `routeThrottles: there is no route ${routeKey}`],
      [
        isThrottle(throttle),
        `routeThrottles: ${routeKey} must have a rate up to 10000 and a burst up to 5000`,
      ],
    ]),
  ];
  return [...broken(rules), ...prefixFaults(stage)];
}

function limitRules(name: string, { count, windowSeconds, perCaller = 1 }: SharedLimit): Rule[] {
  return [
    [isIntegerBetween(count, 1, 1_000_000), `limits.${name}.count must be a whole number above 0`],
    [
      isIntegerBetween(windowSeconds, 1, 86_400),
      `limits.${name}.windowSeconds must be a whole number from 1 to 86400`,
    ],
    [
      isIntegerBetween(perCaller, 1, count),
      `limits.${name}.perCaller must be a whole number from 1 to its count`,
    ],
  ];
}

function isThrottle({ rate, burst }: Throttle): boolean {
  return isIntegerBetween(rate, 1, 10_000) && isIntegerBetween(burst, 1, 5_000);
}

function isPaid(channel: string): boolean {
  return PAID_CHANNELS.includes(channel);
}
