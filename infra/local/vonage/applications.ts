/**
 * The part of the Applications API that sets the Status URL (protocol §8): Basic
 * credentials only, and a PUT replaces.
 */
import { type Answer, json } from './answer.ts';
import { type Account, isAccount } from './application-jwt.ts';
import { isMembers, type Members } from './checks.ts';
import { problem } from './problems.ts';
import type { StateFile } from './state-file.ts';

interface StoredApplication {
  readonly name: string;
  readonly capabilities: Members;
  /** The Status URL that the simulator was started with; it replaces a stored one that differs. */
  readonly startedWith: string | null;
}

export interface ApplicationsApi {
  /** Where webhooks are sent; undefined: none are sent. */
  statusUrl(): string | undefined;
  answer(call: {
    readonly method: string;
    readonly id: string;
    readonly authorization: string | undefined;
    readonly body: unknown;
  }): Answer;
}

export function createApplicationsApi(options: {
  readonly application: { readonly id: string; readonly publicKey: string };
  readonly account: Account;
  readonly webhookUrl: string | undefined;
  readonly stateFile: StateFile;
}): ApplicationsApi {
  const { application, account, stateFile } = options;
  const startedWith = options.webhookUrl ?? null;
  const kept = stateFile.load('application').find(isStoredApplication);
  let stored: StoredApplication =
    kept?.startedWith === startedWith
      ? kept
      : { name: 'local', capabilities: toCapabilities(startedWith), startedWith };

  function show(): Answer {
    const { name, capabilities } = stored;
    const keys = { public_key: application.publicKey };
    return json(200, { id: application.id, name, keys, capabilities });
  }

  function replace(body: unknown): Answer {
    if (!isMembers(body) || typeof body.name !== 'string' || body.name === '') {
      return refuse('name', 'name is required');
    }
    const { capabilities = {} } = body;
    if (!isMembers(capabilities)) return refuse('capabilities', 'must be an object');
    const url = findStatusUrl(capabilities);
    if (url !== undefined && !isStatusUrl(url)) {
      return refuse('capabilities.verify.webhooks.status_url', 'must be a URL with POST');
    }
    stored = { name: body.name, capabilities, startedWith };
    stateFile.save([{ kind: 'application', key: application.id, value: stored }]);
    return show();
  }

  return {
    statusUrl() {
      const url = findStatusUrl(stored.capabilities);
      return isStatusUrl(url) ? url.address : undefined;
    },
    answer({ method, id, authorization = '', body }) {
      const [scheme, credentials = ''] = authorization.split(' ');
      if (scheme?.toLowerCase() !== 'basic' || !isAccount(credentials, account)) {
        return problem('unauthorized');
      }
      if (id !== application.id) return problem('not_found');
      return method === 'PUT' ? replace(body) : show();
    },
  };
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
  return isMembers(value) && typeof value.name === 'string' && isMembers(value.capabilities);
}

function refuse(name: string, reason: string): Answer {
  return problem('invalid_params', { invalid_parameters: [{ name, reason }] }, 400);
}
