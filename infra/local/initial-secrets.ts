/**
 * The first values of the template's secrets. Values that an operator would set after a deployment
 * come from the local identity. Each secret is recognised by the environment variable that names
 * it.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { ENV } from '../../shared/config.ts';
import type { LocalIdentity } from './local-identity.ts';
import type { GenerateSecretString, SecretResource } from './template/storage.ts';
import type { LocalTemplate } from './template.ts';

const members = z.record(z.string(), z.unknown());

export interface InitialSecret {
  readonly name: string;
  readonly value: string;
}

export function toInitialSecrets(
  { secrets, functions }: Pick<LocalTemplate, 'secrets' | 'functions'>,
  identity: LocalIdentity,
): InitialSecret[] {
  const known = toKnownValues(identity);
  return secrets.map((secret) => {
    const variable = Object.keys(known).find((name) =>
      functions.some(({ environment }) => isNamedBy(secret, environment[name])),
    );
    const value = secret.generate ? generate(secret.generate) : (secret.secretString ?? '');
    const filled = variable === undefined ? undefined : known[variable];
    return { name: secret.name, value: filled ? merge(value, filled) : value };
  });
}

function toKnownValues(
  identity: LocalIdentity,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    [ENV.privateKeySecret]: {
      application_id: identity.applicationId,
      private_key: identity.applicationPrivateKey,
    },
    [ENV.signatureSecret]: {
      api_key: identity.apiKey,
      application_id: identity.applicationId,
      signature_secret: identity.signatureSecret,
    },
    [ENV.keysSecret]: {
      guard_key: identity.guardKey,
      token_key: identity.tokenKey,
      identity_key: identity.identityKey,
    },
    [ENV.proofKeySecret]: { private_key: identity.proofPrivateKey, kid: identity.proofKeyId },
  };
}

function isNamedBy(secret: SecretResource, variable: string | undefined): boolean {
  return variable === secret.arn || variable === secret.name;
}

function merge(placeholder: string, filled: Readonly<Record<string, string>>): string {
  return JSON.stringify({ ...members.parse(JSON.parse(placeholder || '{}')), ...filled });
}

/** Generates a value as Secrets Manager's `GetRandomPassword` does. */
function generate(rules: GenerateSecretString): string {
  const classes = [
    rules.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rules.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rules.ExcludeNumbers ? '' : '0123456789',
    rules.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    rules.IncludeSpace ? ' ' : '',
  ]
    .map((text) => [...text].filter((letter) => !rules.ExcludeCharacters.includes(letter)))
    .filter((letters) => letters.length > 0);
  const all = classes.flat();
  const password = Array.from({ length: rules.PasswordLength }, () => pick(all));
  const isComplete = classes.every((letters) => letters.some((it) => password.includes(it)));
  if (rules.RequireEachIncludedType && !isComplete) return generate(rules);
  if (rules.GenerateStringKey === undefined) return password.join('');
  const template = members.parse(JSON.parse(rules.SecretStringTemplate ?? '{}'));
  return JSON.stringify({ ...template, [rules.GenerateStringKey]: password.join('') });
}

function pick(letters: readonly string[]): string {
  return letters[randomInt(letters.length)] ?? '';
}
