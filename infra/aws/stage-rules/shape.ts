/**
 * What kind of value each setting is. Settings also come from the command line, where no compiler looks,
 * and a number in the place of a text would pass rules that are made for texts.
 */

import type { ChannelSettings, Limit, StartLimits } from '../../../shared/config.ts';
import type { CustomDomain, EdgeSettings, JwtAuthorizer, Stage, Throttle } from '../stage.ts';

/** One line for each value below `path` that is of another kind. */
type Shape = (path: string, value: unknown) => readonly string[];
type Members<T> = { readonly [Name in keyof T]-?: Shape };

const text = kind('a text', (value) => typeof value === 'string');
const number = kind('a number', (value) => typeof value === 'number');
const flag = kind('true or false', (value) => typeof value === 'boolean');

const throttle = object<Throttle>({ rate: number, burst: number });
const limit = object<Limit>({ count: number, windowSeconds: number });
const domain = object<CustomDomain>({ domainName: text, certificateArn: text });

const stage = object<Stage>({
  name: text,
  brand: text,
  locale: optional(text),
  workflow: listOf(
    object<ChannelSettings>({
      channel: text,
      from: optional(text),
      appHash: optional(text),
      entityId: optional(text),
      contentId: optional(text),
      reuseCode: optional(flag),
      mode: optional(text),
    }),
  ),
  fallback: text,
  channelTimeoutSeconds: number,
  codeLength: number,
  coverageCheck: flag,
  afterUserRejected: text,
  redirectUrl: optional(text),
  countries: listOf(text),
  playground: flag,
  limits: object<StartLimits>({
    address: limit,
    subject: limit,
    phoneNumber: limit,
    email: limit,
    prefix: limit,
  }),
  vonageBaseUrl: text,
  checkUrlHosts: listOf(text),
  origins: listOf(text),
  proof: object<Stage['proof']>({ audience: text, lifetimeSeconds: number }),
  authorizer: optional(object<JwtAuthorizer>({ issuer: text, audience: listOf(text) })),
  allowUnattendedMessages: flag,
  httpDomain: optional(domain),
  websocketDomain: optional(domain),
  edge: optional(
    object<EdgeSettings>({
      webAclArn: text,
      domain: optional(domain),
      onlyWay: optional(flag),
      secretVersion: optional(text),
    }),
  ),
  reservedConcurrency: recordOf(number),
  throttle,
  routeThrottles: recordOf(throttle),
  websocketThrottle: throttle,
  alarmEmail: optional(text),
  runbooks: text,
  logLevel: text,
  logRetentionDays: number,
  apiGatewayLogsRole: flag,
  gradualDeployment: flag,
  events: flag,
});

/** None: every member is there, is known, and is of its kind. */
export function shapeFaults(value: Stage): readonly string[] {
  return stage('', value);
}

function kind(is: string, test: (value: unknown) => boolean): Shape {
  return (path, value) => (test(value) ? [] : [`${path} must be ${is}`]);
}

function optional(shape: Shape): Shape {
  return (path, value) => (value === undefined ? [] : shape(path, value));
}

function listOf(item: Shape): Shape {
  return (path, value) =>
    Array.isArray(value)
      ? value.flatMap((each, index) => item(`${path}[${index}]`, each))
      : [`${path} must be a list`];
}

/** Whose names are judged by other rules. */
function recordOf(item: Shape): Shape {
  return (path, value) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, each]) => item(`${path}.${name}`, each))
      : [`${path} must be an object`];
}

function object<T>(members: Members<T>): Shape {
  const shapes = new Map<string, Shape>(Object.entries<Shape>(members));
  return (path, value) => {
    if (!isObject(value)) return [`${path} must be an object`];
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const unknown = Object.keys(value).filter((name) => !shapes.has(name));
    return [
      ...unknown.map((name) => `there is no setting ${at(name)}`),
      ...[...shapes].flatMap(([name, shape]) => shape(at(name), value[name])),
    ];
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
