/**
 * The variables of a function in the local stack: those of the template, with every address in the
 * cloud replaced by its local listener. Nothing else differs, so handlers need no special case for
 * the local stack.
 */
import { ENV } from '../../shared/config.ts';
import { toPageOrigins } from './access.ts';
import { LocalStackError } from './error.ts';
import type { DomainMapping } from './template/domains.ts';
import type { FunctionResource } from './template/functions.ts';

/** Origins, without a trailing slash. */
export interface LocalAddresses {
  readonly httpApiId: string;
  readonly httpApi: string;
  readonly websocketApiId: string;
  /** `host:port` of the listener of both the sockets and `@connections`. */
  readonly websocketHost: string;
  /** Custom domains in front of the APIs. */
  readonly domains: readonly DomainMapping[];
  readonly vonage: string;
  readonly dynamodb: string;
  readonly aws: string;
  /** Web origins under development, in addition to those of the stage. */
  readonly origins: readonly string[];
}

const QUEUES = /https:\/\/sqs\.[a-z0-9-]+\.amazonaws\.com/g;
const EXECUTE_API = /(https|wss):\/\/([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g;

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** @throws LocalStackError when a variable still points into the cloud */
export function toLocalEnvironment(
  { logicalId, environment }: Pick<FunctionResource, 'logicalId' | 'environment'>,
  addresses: LocalAddresses,
): Readonly<Record<string, string>> {
  const local: Record<string, string> = {
    [ENV.dynamodbEndpoint]: addresses.dynamodb,
    [ENV.secretsManagerEndpoint]: addresses.aws,
    [ENV.eventBridgeEndpoint]: addresses.aws,
    [ENV.parametersEndpoint]: addresses.aws,
    AWS_ENDPOINT_URL_SQS: addresses.aws,
    AWS_ENDPOINT_URL_LAMBDA: addresses.aws,
  };
  for (const [name, value] of Object.entries(environment)) {
    local[name] = replace(name, value, addresses);
    if (local[name].includes('amazonaws.com')) {
      throw new LocalStackError(`${logicalId} has a variable ${name} that points at AWS: ${value}`);
    }
  }
  return local;
}

function replace(name: string, value: string, addresses: LocalAddresses): string {
  const withQueues = value.replace(QUEUES, addresses.aws);
  const local = replaceDomains(replaceDefaultAddresses(withQueues, addresses), addresses);
  switch (name) {
    case ENV.vonageBaseUrl:
      return addresses.vonage;
    case ENV.checkUrlHosts:
      return JSON.stringify([new URL(addresses.vonage).origin]);
    case ENV.allowedOrigins:
      return JSON.stringify([
        ...new Set([
          ...parseList(local),
          // The pages of the local stack are served next to the API, on whatever port that is.
          ...toPageOrigins(addresses.httpApi),
          ...addresses.origins,
        ]),
      ]);
    case ENV.startSettings:
      return toLocalStart(local, addresses);
    default:
      return local;
  }
}

function replaceDefaultAddresses(value: string, addresses: LocalAddresses): string {
  return value.replace(EXECUTE_API, (whole, scheme: string, apiId: string) => {
    if (apiId === addresses.httpApiId) return addresses.httpApi;
    if (apiId !== addresses.websocketApiId) return whole;
    return `${scheme === 'wss' ? 'ws' : 'http'}://${addresses.websocketHost}`;
  });
}

/**
 * A custom domain stands for an API and its stage; the local WebSocket address has the stage in its
 * path.
 */
function replaceDomains(value: string, { domains, ...addresses }: LocalAddresses): string {
  return domains.reduce((text, { domainName, apiId, stage }) => {
    if (apiId === addresses.httpApiId) {
      return text.replaceAll(`https://${domainName}`, addresses.httpApi);
    }
    const local = `${addresses.websocketHost}/${stage}`;
    return text
      .replaceAll(`wss://${domainName}`, `ws://${local}`)
      .replaceAll(`https://${domainName}`, `http://${local}`);
  }, value);
}

/**
 * Sets the page on which the web path ends to the example that the local stack serves. With the
 * simulated Vonage, documentation numbers are accepted, because nobody has them.
 */
function toLocalStart(settings: string, { httpApi, vonage }: LocalAddresses): string {
  const parsed: unknown = JSON.parse(settings);
  if (typeof parsed !== 'object' || parsed === null) return settings;
  return JSON.stringify({
    ...parsed,
    ...('redirectUrl' in parsed && { redirectUrl: `${httpApi}/redirect` }),
    documentationNumbers: LOOPBACK.includes(new URL(vonage).hostname),
  });
}

function parseList(value: string): readonly unknown[] {
  const parsed: unknown = JSON.parse(value);
  return Array.isArray(parsed) ? parsed : [];
}
