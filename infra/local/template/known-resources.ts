/**
 * Every resource type and property that the local stack uses or ignores on purpose. Any other one
 * is an error, because the local stack must run what would run in the cloud.
 */
import { LocalStackError } from '../error.ts';
import type { RawTemplate } from './raw-template.ts';

/** `used`, or why it makes no difference for the local stack. */
type Understanding = 'used' | { readonly ignored: string };
type KnownProperties = Readonly<Record<string, Understanding>>;

const tags = { ignored: 'tags are for billing' } as const;
const words = { ignored: 'for people' } as const;
const permissions = {
  ignored: 'there is no IAM here; a test of the template asserts the policies',
};
const atRest = { ignored: 'callers do not notice encryption at rest and backups' } as const;
const observation = { ignored: 'there is no CloudWatch here; lines go to the log files' } as const;
const edge = { ignored: 'the local stack has no CloudFront' } as const;
const placement = { ignored: 'callers do not notice where copies are' } as const;

const USED_TYPES: Readonly<Record<string, KnownProperties>> = {
  'AWS::Lambda::Function': {
    Architectures: { ignored: 'the bundles hold no machine code' },
    Code: 'used',
    Description: words,
    Environment: 'used',
    FunctionName: 'used',
    Handler: 'used',
    LoggingConfig: 'used',
    MemorySize: 'used',
    ReservedConcurrentExecutions: 'used',
    Role: permissions,
    Runtime: 'used',
    Tags: tags,
    Timeout: 'used',
    TracingConfig: observation,
  },
  'AWS::Lambda::Version': {
    Description: words,
    FunctionName: 'used',
    ProvisionedConcurrencyConfig: { ignored: 'processes start when they are needed' },
  },
  'AWS::Lambda::Alias': {
    Description: words,
    FunctionName: 'used',
    FunctionVersion: { ignored: 'there is one version: the one just bundled' },
    Name: 'used',
    ProvisionedConcurrencyConfig: { ignored: 'processes start when they are needed' },
  },
  'AWS::Lambda::EventInvokeConfig': {
    DestinationConfig: { ignored: 'what fails is in the log' },
    FunctionName: 'used',
    MaximumEventAgeInSeconds: 'used',
    MaximumRetryAttempts: 'used',
    Qualifier: { ignored: 'there is one version: the one just bundled' },
  },
  'AWS::Lambda::EventSourceMapping': {
    BatchSize: 'used',
    Enabled: 'used',
    EventSourceArn: 'used',
    FunctionName: 'used',
    FunctionResponseTypes: 'used',
    MaximumBatchingWindowInSeconds: 'used',
    ScalingConfig: 'used',
    Tags: tags,
  },
  'AWS::SQS::Queue': {
    DelaySeconds: 'used',
    KmsDataKeyReusePeriodSeconds: atRest,
    KmsMasterKeyId: atRest,
    MessageRetentionPeriod: 'used',
    QueueName: 'used',
    RedriveAllowPolicy: permissions,
    RedrivePolicy: 'used',
    SqsManagedSseEnabled: atRest,
    Tags: tags,
    VisibilityTimeout: 'used',
  },
  'AWS::DynamoDB::Table': {
    AttributeDefinitions: 'used',
    BillingMode: { ignored: 'nothing is billed' },
    DeletionProtectionEnabled: atRest,
    KeySchema: 'used',
    PointInTimeRecoverySpecification: atRest,
    SSESpecification: atRest,
    TableName: 'used',
    Tags: tags,
    TimeToLiveSpecification: { ignored: 'deletion may lag by days; nothing depends on it' },
  },
  'AWS::DynamoDB::GlobalTable': {
    AttributeDefinitions: 'used',
    BillingMode: { ignored: 'nothing is billed' },
    KeySchema: 'used',
    Replicas: placement,
    SSESpecification: atRest,
    TableName: 'used',
    TimeToLiveSpecification: { ignored: 'deletion may lag by days; nothing depends on it' },
    WarmThroughput: { ignored: 'capacity has no limit here' },
    WriteOnDemandThroughputSettings: { ignored: 'capacity has no limit here' },
    ReadOnDemandThroughputSettings: { ignored: 'capacity has no limit here' },
  },
  'AWS::SecretsManager::Secret': {
    Description: words,
    GenerateSecretString: 'used',
    KmsKeyId: atRest,
    Name: 'used',
    ReplicaRegions: placement,
    SecretString: 'used',
    Tags: tags,
  },
  'AWS::SSM::Parameter': {
    AllowedPattern: { ignored: 'checked when it is deployed' },
    DataType: { ignored: 'text is the only kind' },
    Description: words,
    Name: 'used',
    Tags: tags,
    Tier: { ignored: 'a matter of price' },
    Type: { ignored: 'String is the only kind CloudFormation makes' },
    Value: 'used',
  },
  'AWS::Events::EventBus': {
    Description: words,
    DeadLetterConfig: { ignored: 'events are kept for reading, nothing is delivered' },
    KmsKeyIdentifier: atRest,
    LogConfig: observation,
    Name: 'used',
    Tags: tags,
  },
  'AWS::ApiGatewayV2::Api': {
    CorsConfiguration: 'used',
    Description: words,
    DisableExecuteApiEndpoint: { ignored: 'the local listener is the only endpoint' },
    IpAddressType: { ignored: 'loopback only' },
    Name: words,
    ProtocolType: 'used',
    RouteSelectionExpression: 'used',
    Tags: tags,
  },
  'AWS::ApiGatewayV2::Integration': {
    ApiId: 'used',
    Description: words,
    IntegrationMethod: { ignored: 'Lambda is always called with POST' },
    IntegrationType: 'used',
    IntegrationUri: 'used',
    PayloadFormatVersion: 'used',
    TimeoutInMillis: 'used',
  },
  'AWS::ApiGatewayV2::Route': {
    ApiId: 'used',
    AuthorizationScopes: 'used',
    AuthorizationType: 'used',
    AuthorizerId: 'used',
    OperationName: words,
    RouteKey: 'used',
    RouteResponseSelectionExpression: 'used',
    Target: 'used',
  },
  'AWS::ApiGatewayV2::RouteResponse': { ApiId: 'used', RouteId: 'used', RouteResponseKey: 'used' },
  'AWS::ApiGatewayV2::Authorizer': {
    ApiId: 'used',
    AuthorizerType: 'used',
    IdentitySource: 'used',
    JwtConfiguration: 'used',
    Name: words,
  },
  'AWS::ApiGatewayV2::DomainName': {
    DomainName: 'used',
    DomainNameConfigurations: { ignored: 'no TLS here' },
    MutualTlsAuthentication: { ignored: 'no TLS here' },
    Tags: tags,
  },
  'AWS::ApiGatewayV2::ApiMapping': {
    ApiId: 'used',
    ApiMappingKey: 'used',
    DomainName: 'used',
    Stage: 'used',
  },
  'AWS::CloudFront::Distribution': { DistributionConfig: 'used', Tags: tags },
  'AWS::ApiGatewayV2::Stage': {
    AccessLogSettings: observation,
    ApiId: 'used',
    AutoDeploy: { ignored: 'what is synthesized is what runs' },
    DefaultRouteSettings: 'used',
    DeploymentId: { ignored: 'what is synthesized is what runs' },
    Description: words,
    RouteSettings: 'used',
    StageName: 'used',
    Tags: tags,
  },
};

/** Types of resources that make no difference for the local stack. */
const IGNORED_TYPES: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Account': observation.ignored,
  'AWS::ApiGatewayV2::Deployment': 'what is synthesized is what runs',
  'AWS::CDK::Metadata': words.ignored,
  'AWS::CloudFront::CachePolicy': edge.ignored,
  'AWS::CloudFront::OriginRequestPolicy': edge.ignored,
  'AWS::CloudWatch::Alarm': 'drawn on the dashboard page, nobody is woken up',
  'AWS::CloudWatch::CompositeAlarm': observation.ignored,
  'AWS::CloudWatch::Dashboard': 'drawn as a page from the lines in the log files',
  'AWS::CodeDeploy::Application': 'nothing is deployed gradually here',
  'AWS::CodeDeploy::DeploymentConfig': 'nothing is deployed gradually here',
  'AWS::CodeDeploy::DeploymentGroup': 'nothing is deployed gradually here',
  'AWS::Events::EventBusPolicy': permissions.ignored,
  'AWS::Events::Archive': 'events are kept for reading, nothing is delivered',
  'AWS::IAM::ManagedPolicy': permissions.ignored,
  'AWS::IAM::Policy': permissions.ignored,
  'AWS::IAM::Role': permissions.ignored,
  'AWS::KMS::Alias': atRest.ignored,
  'AWS::KMS::Key': atRest.ignored,
  'AWS::Lambda::Permission': permissions.ignored,
  'AWS::Logs::LogGroup': observation.ignored,
  'AWS::Logs::MetricFilter': observation.ignored,
  'AWS::Logs::QueryDefinition': observation.ignored,
  'AWS::Logs::ResourcePolicy': observation.ignored,
  'AWS::SecretsManager::ResourcePolicy': permissions.ignored,
  'AWS::SQS::QueuePolicy': permissions.ignored,
  'AWS::SNS::Subscription': observation.ignored,
  'AWS::SNS::Topic': observation.ignored,
  'AWS::SNS::TopicPolicy': permissions.ignored,
};

/** @throws LocalStackError that names every unknown resource and property */
export function assertKnown(template: RawTemplate): void {
  const unknown = Object.entries(template.Resources).flatMap(([logicalId, resource]) => {
    if (IGNORED_TYPES[resource.Type] !== undefined) return [];
    const properties = USED_TYPES[resource.Type];
    if (!properties) return [`${logicalId} (${resource.Type})`];
    if (resource.Condition !== undefined) return [`${logicalId} (a resource with a condition)`];
    return Object.keys(resource.Properties)
      .filter((property) => !(property in properties))
      .map((property) => `${logicalId}.${property} (${resource.Type})`);
  });
  if (unknown.length === 0) return;
  throw new LocalStackError(
    `the local stack does not know: ${unknown.join(', ')} — see infra/local/template/known-resources.ts`,
  );
}
