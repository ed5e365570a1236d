/**
 * Vonage's Applications API (protocol §8): Basic credentials only. A POST creates an application; a
 * PUT replaces it, but keeps the key if it names none.
 */
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { StateFile } from '../state-file.ts';
import { type Answer, json } from './answer.ts';
import { type Account, type FindPublicKey, isAccount } from './application-jwt.ts';
import { isMembers, type Members } from './checks.ts';
import { problem } from './problems.ts';

interface StoredApplication {
  readonly id: string;
  readonly name: string;
  /** PEM. */
  readonly publicKey: string;
  readonly capabilities: Members;
  /** The Status URL that the simulator was started with; it replaces a stored one that differs. */
  readonly startedWith?: string | null;
}

interface ApplicationCall {
  readonly method: string;
  /** Empty: all applications. */
  readonly id: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
  /** `page` and `page_size` of a list. */
  readonly page: URLSearchParams;
}

export interface ApplicationsApi {
  readonly publicKey: FindPublicKey;
  /** Where webhooks are sent; undefined: none are sent. */
  statusUrl(applicationId: string): string | undefined;
  answer(call: ApplicationCall): Answer;
}

const PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 100;

export function createApplicationsApi(options: {
  /** The application that exists from the beginning. */
  readonly application: { readonly id: string; readonly publicKey: string };
  readonly account: Account;
  readonly webhookUrl: string | undefined;
  readonly stateFile: StateFile;
}): ApplicationsApi {
  const { application, account, stateFile } = options;
  const kept = stateFile.load('application').filter(isStoredApplication);
  const applications = new Map(kept.map((stored) => [stored.id, stored]));
  const startedWith = options.webhookUrl ?? null;
  const first = applications.get(application.id);
  if (!first || first.startedWith !== startedWith || first.publicKey !== application.publicKey) {
    const capabilities = toCapabilities(startedWith);
    applications.set(application.id, { ...application, name: 'local', capabilities, startedWith });
  }

  function list(page: URLSearchParams): Answer {
    const size = Math.min(Number(page.get('page_size') ?? PAGE_SIZE) || PAGE_SIZE, MAX_PAGE_SIZE);
    const number = Number(page.get('page') ?? 1) || 1;
    const all = [...applications.values()];
    return json(200, {
      page_size: size,
      page: number,
      total_items: all.length,
      total_pages: Math.ceil(all.length / size),
      _embedded: { applications: all.slice((number - 1) * size, number * size).map(toShown) },
    });
  }

  function create(body: unknown): Answer {
    const parsed = parse(body);
    if ('status' in parsed) return parsed;
    const pair = parsed.publicKey === undefined ? createPair() : undefined;
    const publicKey = parsed.publicKey ?? pair?.publicKey ?? '';
    const created = save({ ...parsed, id: randomUUID(), publicKey });
    const keys = { public_key: publicKey, ...(pair && { private_key: pair.privateKey }) };
    return json(201, { ...toShown(created), keys });
  }

  function replace(before: StoredApplication, body: unknown): Answer {
    const parsed = parse(body);
    if ('status' in parsed) return parsed;
    const { publicKey = before.publicKey } = parsed;
    return json(200, toShown(save({ ...before, ...parsed, publicKey })));
  }

  function save(stored: StoredApplication): StoredApplication {
    applications.set(stored.id, stored);
    stateFile.save([{ kind: 'application', key: stored.id, value: stored }]);
    return stored;
  }

  return {
    publicKey: (id) => applications.get(id)?.publicKey,
    statusUrl(id) {
      const url = findStatusUrl(applications.get(id)?.capabilities ?? {});
      return isStatusUrl(url) ? url.address : undefined;
    },
    answer({ method, id, authorization = '', body, page }) {
      const [scheme, credentials = ''] = authorization.split(' ');
      if (scheme?.toLowerCase() !== 'basic' || !isAccount(credentials, account)) {
        return problem('unauthorized');
      }
      if (id === '' && method === 'GET') return list(page);
      if (id === '' && method === 'POST') return create(body);
      const found = applications.get(id);
      if (!['GET', 'PUT'].includes(method) || id === '') return problem('not_found', {}, 405);
      if (!found) return problem('not_found');
      return method === 'PUT' ? replace(found, body) : json(200, toShown(found));
    },
  };
}

function toShown({ id, name, publicKey, capabilities }: StoredApplication): Members {
  return { id, name, keys: { public_key: publicKey }, capabilities };
}

interface Given {
  readonly name: string;
  readonly capabilities: Members;
  readonly publicKey?: string;
}

function parse(body: unknown): Given | Answer {
  if (!isMembers(body) || typeof body.name !== 'string' || body.name === '') {
    return refuse('name', 'name is required');
  }
  const { name, capabilities = {}, keys = {} } = body;
  if (!isMembers(capabilities)) return refuse('capabilities', 'must be an object');
  const url = findStatusUrl(capabilities);
  if (url !== undefined && !isStatusUrl(url)) {
    return refuse('capabilities.verify.webhooks.status_url', 'must be a URL with POST');
  }
  const publicKey = isMembers(keys) ? keys.public_key : undefined;
  if (publicKey === undefined) return { name, capabilities };
  return typeof publicKey === 'string' && isRsaKey(publicKey)
    ? { name, capabilities, publicKey: publicKey.trim() }
    : refuse('keys.public_key', 'must be an RSA public key in PEM');
}

function isRsaKey(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function createPair(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function toCapabilities(address: string | null): Members {
  if (address === null) return {};
  return { verify: { webhooks: { status_url: { address, http_method: 'POST' } } } };
}

function findStatusUrl(capabilities: Members): unknown {
  const verify = capabilities.verify;
  const webhooks = isMembers(verify) ? verify.webhooks : undefined;
  return isMembers(webhooks) ? webhooks.status_url : undefined;
}

function isStatusUrl(value: unknown): value is { readonly address: string } {
  if (!isMembers(value) || typeof value.address !== 'string') return false;
  const { address, http_method: method = 'POST' } = value;
  return method === 'POST' && URL.canParse(String(address)) && /^https?:/.test(String(address));
}

function isStoredApplication(value: unknown): value is StoredApplication {
  return (
    isMembers(value) &&
    typeof value.id === 'string' &&
    typeof value.publicKey === 'string' &&
    typeof value.name === 'string' &&
    isMembers(value.capabilities)
  );
}

function refuse(name: string, reason: string): Answer {
  return problem('invalid_params', { invalid_parameters: [{ name, reason }] }, 400);
}
