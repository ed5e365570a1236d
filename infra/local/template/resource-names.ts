/**
 * The name of a deployed resource: the value of `Ref` and of `Fn::GetAtt`, by resource type.
 * Names are derived from logical ids, so they are the same at every start.
 */
import { createHash } from 'node:crypto';
import type { RawResource } from './raw-template.ts';

export interface Surroundings {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
}

/** A resource with the properties that decide its name already resolved. */
export interface NamedResource {
  readonly logicalId: string;
  readonly type: RawResource['Type'];
  property(name: string): unknown;
}

interface Naming {
  ref(resource: NamedResource, place: Surroundings): string;
  readonly attributes: Readonly<
    Record<string, (resource: NamedResource, place: Surroundings) => string>
  >;
}

/** Ten characters, as API Gateway's own ids. */
export function toApiId(logicalId: string): string {
  const digest = createHash('sha256').update(logicalId).digest();
  return BigInt(`0x${digest.toString('hex')}`)
    .toString(36)
    .slice(0, 10);
}

/** Host name of the address that CloudFront creates. */
export function toDistributionHost(logicalId: string): string {
  return `${toApiId(logicalId)}.cloudfront.net`;
}

function name(property: string): Naming['ref'] {
  return (resource, { stackName }) => {
    const given = resource.property(property);
    return typeof given === 'string' ? given : `${stackName}-${resource.logicalId}`;
  };
}

function arn(service: string, path: (resource: NamedResource, place: Surroundings) => string) {
  return (resource: NamedResource, place: Surroundings): string =>
    `arn:aws:${service}:${place.region}:${place.accountId}:${path(resource, place)}`;
}

const tableName = name('TableName');
const functionName = name('FunctionName');
const functionArn = arn('lambda', (it, place) => `function:${functionName(it, place)}`);
const secretArn = arn(
  'secretsmanager',
  (it, place) => `secret:${name('Name')(it, place)}-${toApiId(it.logicalId).slice(0, 6)}`,
);
const queueName = name('QueueName');
const table: Naming = {
  ref: tableName,
  attributes: { Arn: arn('dynamodb', (it, place) => `table/${tableName(it, place)}`) },
};

const NAMINGS: Readonly<Record<string, Naming>> = {
  'AWS::Lambda::Function': { ref: functionName, attributes: { Arn: functionArn } },
  'AWS::Lambda::Version': {
    ref: (it) => `${String(it.property('FunctionName'))}:1`,
    attributes: { Version: () => '1' },
  },
  'AWS::Lambda::Alias': {
    ref: (it, place) =>
      arn('lambda', () => `function:${toFunctionName(it.property('FunctionName'))}`)(it, place) +
      `:${String(it.property('Name'))}`,
    attributes: {},
  },
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::SQS::Queue': {
    ref: (it, place) => {
      const { region, accountId } = place;
      return `https://sqs.${region}.amazonaws.com/${accountId}/${queueName(it, place)}`;
    },
    attributes: { Arn: arn('sqs', queueName), QueueName: queueName },
  },
  'AWS::SecretsManager::Secret': { ref: secretArn, attributes: { Id: secretArn } },
  'AWS::SSM::Parameter': { ref: name('Name'), attributes: {} },
  'AWS::Events::EventBus': {
    ref: name('Name'),
    attributes: {
      Name: name('Name'),
      Arn: arn('events', (it, place) => `event-bus/${name('Name')(it, place)}`),
    },
  },
  'AWS::ApiGatewayV2::Api': {
    ref: (it) => toApiId(it.logicalId),
    attributes: {
      ApiId: (it) => toApiId(it.logicalId),
      ApiEndpoint: (it, { region }) => {
        const scheme = it.property('ProtocolType') === 'WEBSOCKET' ? 'wss' : 'https';
        return `${scheme}://${toApiId(it.logicalId)}.execute-api.${region}.amazonaws.com`;
      },
    },
  },
  'AWS::ApiGatewayV2::DomainName': {
    ref: (it) => String(it.property('DomainName')),
    attributes: {},
  },
  'AWS::CloudFront::Distribution': {
    ref: (it) => toApiId(it.logicalId),
    attributes: { DomainName: (it) => toDistributionHost(it.logicalId) },
  },
  'AWS::ApiGatewayV2::Stage': { ref: (it) => String(it.property('StageName')), attributes: {} },
};

/** For all other types: only ignored properties refer to them. */
const ANY: Naming = {
  ref: (it) => it.logicalId,
  attributes: { Arn: arn('local', (it) => it.logicalId) },
};

export function toReference(resource: NamedResource, place: Surroundings): string {
  return (NAMINGS[resource.type] ?? ANY).ref(resource, place);
}

/** @returns undefined for an attribute that the local stack has no value for */
export function findAttribute(
  resource: NamedResource,
  attribute: string,
  place: Surroundings,
): string | undefined {
  return (NAMINGS[resource.type] ?? ANY).attributes[attribute]?.(resource, place);
}

/** The name in a function's name, ARN, or ARN with a qualifier. */
export function toFunctionName(value: unknown): string {
  const text = String(value);
  return /:function:([^:/]+)/.exec(text)?.[1] ?? text.split(':')[0] ?? text;
}
