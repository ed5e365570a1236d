/**
 * A local Secrets Manager: secrets with versions and staging labels, stored in one file. As with
 * AWS, a new value gets the label `AWSCURRENT`, and the value before gets `AWSPREVIOUS`.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Service, ServiceError } from './aws/json-protocol.ts';
import { openStoredMap, type StoredMap } from './aws/stored-map.ts';

const version = z.object({
  id: z.string(),
  value: z.object({ SecretString: z.string().optional(), SecretBinary: z.string().optional() }),
  stages: z.array(z.string()),
  createdAt: z.number(),
});
const secret = z.object({
  name: z.string(),
  arn: z.string(),
  description: z.string().optional(),
  createdAt: z.number(),
  changedAt: z.number(),
  versions: z.array(version),
});
type Secret = z.infer<typeof secret>;
type Version = z.infer<typeof version>;

const byId = z.object({ SecretId: z.string().min(1) });
const value = {
  ClientRequestToken: z.string().min(32).max(64).optional(),
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
};
const createInput = z.object({
  Name: z.string().min(1),
  Description: z.string().optional(),
  ...value,
});
const putInput = byId.extend({ ...value, VersionStages: z.array(z.string()).optional() });
const getInput = byId.extend({
  VersionId: z.string().optional(),
  VersionStage: z.string().optional(),
});

export interface SecretsManagerOptions {
  /** Where the secrets are kept. */
  readonly file: string;
  readonly region: string;
  readonly accountId: string;
}

export function createSecretsManager({ file, region, accountId }: SecretsManagerOptions): Service {
  const secrets = openStoredMap(file, secret);

  function create(input: z.infer<typeof createInput>): unknown {
    const { Name, Description } = input;
    if (secrets.get(Name)) {
      throw new ServiceError('ResourceExistsException', `The secret ${Name} already exists.`);
    }
    const now = Date.now();
    const suffix = randomUUID().slice(0, 6);
    const created: Secret = {
      name: Name,
      arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:${Name}-${suffix}`,
      ...(Description === undefined ? {} : { description: Description }),
      createdAt: now,
      changedAt: now,
      versions: hasValue(input) ? [toVersion(input, ['AWSCURRENT'])] : [],
    };
    secrets.set(Name, created);
    return { ARN: created.arn, Name, VersionId: created.versions[0]?.id };
  }

  function put(input: z.infer<typeof putInput>): unknown {
    const found = getSecret(secrets, input.SecretId);
    if (!hasValue(input)) {
      throw new ServiceError('InvalidRequestException', 'You must provide a secret value.');
    }
    const repeated = found.versions.find(({ id }) => id === input.ClientRequestToken);
    if (repeated && !isSameValue(repeated, input)) {
      throw new ServiceError('ResourceExistsException', 'That version already has another value.');
    }
    const stages = input.VersionStages ?? ['AWSCURRENT'];
    const added = repeated ?? toVersion(input, stages);
    if (!repeated) {
      const versions = [...moveLabels(found.versions, stages), added];
      secrets.set(found.name, { ...found, changedAt: Date.now(), versions });
    }
    return { ARN: found.arn, Name: found.name, VersionId: added.id, VersionStages: added.stages };
  }

  function getValue({ SecretId, VersionId, VersionStage }: z.infer<typeof getInput>): unknown {
    const found = getSecret(secrets, SecretId);
    const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
    const match = found.versions.find(
      ({ id, stages }) =>
        (VersionId === undefined || id === VersionId) &&
        (stage === undefined || stages.includes(stage)),
    );
    if (!match) {
      throw new ServiceError(
        'ResourceNotFoundException',
        `Secrets Manager can't find the specified secret value for staging label: ${stage}`,
      );
    }
    return {
      ARN: found.arn,
      Name: found.name,
      VersionId: match.id,
      VersionStages: match.stages,
      CreatedDate: match.createdAt / 1000,
      ...match.value,
    };
  }

  function describe({ SecretId }: z.infer<typeof byId>): unknown {
    const { arn, name, description, createdAt, changedAt, versions } = getSecret(secrets, SecretId);
    return {
      ARN: arn,
      Name: name,
      Description: description,
      CreatedDate: createdAt / 1000,
      LastChangedDate: changedAt / 1000,
      VersionIdsToStages: Object.fromEntries(versions.map(({ id, stages }) => [id, stages])),
    };
  }

  return {
    CreateSecret: (input) => create(createInput.parse(input)),
    PutSecretValue: (input) => put(putInput.parse(input)),
    GetSecretValue: (input) => getValue(getInput.parse(input)),
    DescribeSecret: (input) => describe(byId.parse(input)),
  };
}

/**
 * Finds a secret by name, by ARN, or by ARN without its random suffix, because an ARN from the
 * template has another suffix.
 */
function getSecret(secrets: StoredMap<Secret>, id: string): Secret {
  const [, full = id] = /:secret:(.+)$/.exec(id) ?? [];
  const found = secrets.get(full) ?? secrets.get(full.replace(/-[A-Za-z0-9]{6}$/, ''));
  if (found) return found;
  throw new ServiceError(
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
}

type Value = Pick<z.infer<typeof putInput>, 'ClientRequestToken' | 'SecretString' | 'SecretBinary'>;

function hasValue({ SecretString, SecretBinary }: Value): boolean {
  return SecretString !== undefined || SecretBinary !== undefined;
}

function isSameValue(stored: Version, given: Value): boolean {
  const { SecretString, SecretBinary } = stored.value;
  return SecretString === given.SecretString && SecretBinary === given.SecretBinary;
}

function toVersion(
  { ClientRequestToken, SecretString, SecretBinary }: Value,
  stages: string[],
): Version {
  return {
    id: ClientRequestToken ?? randomUUID(),
    value: {
      ...(SecretString === undefined ? {} : { SecretString }),
      ...(SecretBinary === undefined ? {} : { SecretBinary }),
    },
    stages,
    createdAt: Date.now(),
  };
}

/**
 * Takes the labels from the versions that have them. A version without labels is deprecated and is
 * removed.
 */
function moveLabels(versions: readonly Version[], labels: readonly string[]): Version[] {
  const current = labels.includes('AWSCURRENT');
  return versions
    .map((each) => {
      const kept = each.stages.filter(
        (stage) => !labels.includes(stage) && !(current && stage === 'AWSPREVIOUS'),
      );
      const wasCurrent = current && each.stages.includes('AWSCURRENT');
      return { ...each, stages: wasCurrent ? [...kept, 'AWSPREVIOUS'] : kept };
    })
    .filter(({ stages }) => stages.length > 0);
}
