/** `endpoints.json`: the addresses of the running stack, for its clients. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { ENV } from '../../shared/config.ts';
import { LocalStackError } from './error.ts';
import type { LocalAddresses } from './local-environment.ts';
import type { LocalIdentity } from './local-identity.ts';
import type { LocalTemplate } from './template.ts';

export interface Endpoints {
  readonly api: string;
  readonly websocket: string;
  readonly vonage: string;
  readonly dynamodb: string;
  readonly secretsmanager: string;
  readonly region: string;
  readonly tables: { readonly verifications: string; readonly guards: string };
  readonly application_id: string;
  /** PEM; verifies the tokens that the backend sends to Vonage. */
  readonly application_public_key: string;
  /** The secret that signs webhooks. */
  readonly webhook: { readonly api_key: string; readonly signature_secret: string };
  /** Names of the operators' secrets in Secrets Manager. */
  readonly secrets: {
    readonly private_key: string;
    readonly signature: string;
    readonly proof_key: string;
  };
  /** Name of the parameter that switches channels off, in Systems Manager. */
  readonly channel_switch: string;
  /** Credentials of the local Vonage account, needed to set the Status URL. */
  readonly account: { readonly api_key: string; readonly api_secret: string };
}

/** Writes the file under another name and renames it, so that a reader never sees half of it. */
export function writeEndpoints(file: string, endpoints: Endpoints): void {
  const partFile = `${file}.part`;
  writeFileSync(partFile, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  renameSync(partFile, file);
}

/** Called when the stack ends, because the file exists only while the stack is ready. */
export function removeEndpoints(file: string): void {
  rmSync(file, { force: true });
}

export function toEndpoints(
  template: LocalTemplate,
  addresses: LocalAddresses,
  identity: LocalIdentity,
): Endpoints {
  return {
    api: addresses.httpApi,
    websocket: `ws://${addresses.websocketHost}/${template.websocket.stage}`,
    vonage: addresses.vonage,
    dynamodb: addresses.dynamodb,
    secretsmanager: addresses.aws,
    region: template.place.region,
    tables: {
      verifications: getVariable(template, ENV.verificationsTable),
      guards: getVariable(template, ENV.guardsTable),
    },
    application_id: identity.applicationId,
    application_public_key: identity.applicationPublicKey,
    channel_switch: getVariable(template, ENV.channelSwitch),
    webhook: { api_key: identity.apiKey, signature_secret: identity.signatureSecret },
    secrets: {
      private_key: getVariable(template, ENV.privateKeySecret),
      signature: getVariable(template, ENV.signatureSecret),
      proof_key: getVariable(template, ENV.proofKeySecret),
    },
    account: { api_key: identity.apiKey, api_secret: identity.accountApiSecret },
  };
}

function getVariable({ functions }: LocalTemplate, name: string): string {
  const value = functions.map(({ environment }) => environment[name]).find(Boolean);
  if (value === undefined) throw new LocalStackError(`no function has the variable ${name}`);
  return value;
}
