/** Reads the template's tables, secrets and parameters. */
import { z } from 'zod';
import type { Resources } from './resources.ts';

export interface TableResource {
  readonly name: string;
  /** The input of `CreateTable`. */
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface SecretResource {
  readonly name: string;
  readonly arn: string;
  /** The first value as the template gives it; undefined: generated, or none. */
  readonly secretString: string | undefined;
  readonly generate: GenerateSecretString | undefined;
}

export interface ParameterResource {
  readonly name: string;
  readonly value: string;
}

const generateSecretString = z.strictObject({
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  GenerateStringKey: z.string().optional(),
  IncludeSpace: z.boolean().default(false),
  PasswordLength: z.number().default(32),
  RequireEachIncludedType: z.boolean().default(true),
  SecretStringTemplate: z.string().optional(),
});
export type GenerateSecretString = z.infer<typeof generateSecretString>;

const tableProperties = z.object({
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
});
const secretProperties = z.object({
  GenerateSecretString: generateSecretString.optional(),
  Name: z.string().optional(),
  SecretString: z.string().optional(),
});
const parameterProperties = z.object({ Value: z.string() });

export function readTables(resources: Resources): TableResource[] {
  return ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) =>
    resources.ofType(type, tableProperties).map(({ reference, properties }) => ({
      name: reference,
      definition: {
        TableName: reference,
        AttributeDefinitions: properties.AttributeDefinitions,
        KeySchema: properties.KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
      },
    })),
  );
}

export function readSecrets(resources: Resources): SecretResource[] {
  const { stackName } = resources.place;
  return resources
    .ofType('AWS::SecretsManager::Secret', secretProperties)
    .map(({ logicalId, reference, properties }) => ({
      name: properties.Name ?? `${stackName}-${logicalId}`,
      arn: reference,
      secretString: properties.SecretString,
      generate: properties.GenerateSecretString,
    }));
}

export function readParameters(resources: Resources): ParameterResource[] {
  return resources
    .ofType('AWS::SSM::Parameter', parameterProperties)
    .map(({ reference, properties }) => ({ name: reference, value: properties.Value }));
}
