import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { EDGE, synthesize } from '../../../fixtures/stage-stack.ts';
import {
  functionsOf,
  idOf,
  propertiesOf,
  render,
  resourcesOf,
  variablesOf,
} from '../../../fixtures/template.ts';

const template = synthesize('dev');
const resources = resourcesOf(template);

describe('APIs', () => {
  const stages = template.findResources('AWS::ApiGatewayV2::Stage');

  it('log neither query strings nor headers nor paths nor connection ids', () => {
    expect(Object.keys(stages)).toHaveLength(2);
    for (const { Properties } of Object.values(stages)) {
      const variables = Object.values<string>(JSON.parse(Properties.AccessLogSettings.Format));
      for (const variable of variables) expect(variable).toMatch(VARIABLES_WITHOUT_CONTENT);
    }
  });

  it('throttle routes only once they exist', () => {
    for (const { Properties, DependsOn = [] } of Object.values(stages)) {
      const throttled = Object.keys(Properties.RouteSettings ?? {});
      const waitedFor = DependsOn.map((id: string) => resources[id]?.Properties.RouteKey);
      expect(throttled.length).toBeGreaterThan(0);
      expect(waitedFor).toEqual(expect.arrayContaining(throttled));
    }
  });

  it.each([
    ['dev', {}, ['http://localhost:3000', 'http://127.0.0.1:3000']],
    ['prod', {}, undefined],
    ['prod', { origins: ['https://localhost'] }, ['https://localhost']],
    // API Gateway accepts no other scheme, so that `start` checks the origin itself.
    ['prod', { origins: ['https://localhost', 'capacitor://localhost'] }, ['*']],
  ])('allow in %s with %j the pages of %j', (stage, settings, AllowOrigins) => {
    const apis = propertiesOf(synthesize(stage, settings), 'AWS::ApiGatewayV2::Api');
    const { CorsConfiguration } = apis.find(({ ProtocolType }) => ProtocolType === 'HTTP');
    const allowed = {
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-correlator'],
    };
    if (AllowOrigins === undefined) expect(CorsConfiguration).toBeUndefined();
    else expect(CorsConfiguration).toMatchObject({ AllowOrigins, ...allowed });
  });

  it('ask for a JWT at POST /start alone, where the stage has an authorizer', () => {
    const authorizer = { issuer: 'https://login.example.com', audience: ['app'] };
    const routes = propertiesOf(synthesize('prod', { authorizer }), 'AWS::ApiGatewayV2::Route');
    const authorized = routes.filter(({ AuthorizationType }) => AuthorizationType === 'JWT');
    expect(authorized.map(({ RouteKey }) => RouteKey)).toEqual(['POST /start']);
  });

  it('may write logs in an empty account, unless another stack allows it', () => {
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    const account = idOf(template, 'AWS::ApiGateway::Account', '');
    const websocket = Object.values(stages).find(
      ({ Properties }) => Properties.StageName === 'dev',
    );
    expect(websocket?.DependsOn).toContain(account);
    synthesize('dev', { apiGatewayLogsRole: false }).resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  it('have custom domains, and pushes still go through the API’s own address', () => {
    const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b';
    const named = synthesize('prod', {
      httpDomain: { domainName: 'verify.example.com', certificateArn },
      websocketDomain: { domainName: 'live.example.com', certificateArn },
    });
    named.resourceCountIs('AWS::ApiGatewayV2::DomainName', 2);
    named.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 2);
    named.allResourcesProperties('AWS::ApiGatewayV2::Api', {
      DisableExecuteApiEndpoint: Match.absent(),
    });
    expect(variablesOf(named, 'start').WEBSOCKET_URL).toBe('wss://live.example.com');
    const { WEBSOCKET_MANAGEMENT_URL } = variablesOf(named, 'webhook');
    expect(render(WEBSOCKET_MANAGEMENT_URL)).toMatch(/execute-api.*\/prod$/);
  });
});

/** An access log may hold facts about the exchange, never parts of it. */
const VARIABLES_WITHOUT_CONTENT =
  /^\$context\.(requestTimeEpoch|requestId|identity\.sourceIp|routeKey|status|responseLength|responseLatency|integrationLatency|eventType|authorizer\.error|integration\.(integrationStatus|status|latency|error))$/;

describe('functions', () => {
  const PINNED = { Architectures: ['arm64'], Runtime: 'nodejs24.x', Handler: 'index.handler' };
  const functions = functionsOf(template);

  it.each(Object.entries(functions))('run %s on a fixed runtime', (name, properties) => {
    expect(properties).toMatchObject({ ...PINNED, Timeout: name === 'clock' ? 15 : 25 });
  });

  it('give start the prefixes that the stage adds', () => {
    const additionalMobilePrefixes = { DE: ['+4919'] };
    const widened = synthesize('dev', { additionalMobilePrefixes });
    const { START_SETTINGS } = variablesOf(widened, 'start');
    expect(JSON.parse(String(START_SETTINGS))).toMatchObject({ additionalMobilePrefixes });
  });

  it('log JSON to a group of their own, which expires', () => {
    const groups = Object.values(functions).map(({ LoggingConfig }) => {
      expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
      return render(LoggingConfig.LogGroup).slice(1, -1);
    });
    expect(new Set(groups).size).toBe(11);
    for (const group of groups) expect(resources[group]?.Properties.RetentionInDays).toBe(14);
  });

  it('reserve no concurrency unless the stage says so', () => {
    for (const properties of Object.values(functions)) {
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    const { webhook } = functionsOf(synthesize('dev', { reservedConcurrency: { webhook: 5 } }));
    expect(webhook.ReservedConcurrentExecutions).toBe(5);
  });

  it('are replaced gradually in prod, and go back when their own alarm rings', () => {
    const prod = synthesize('prod');
    prod.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 11);
    prod.allResourcesProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AlarmConfiguration: { Enabled: true },
      AutoRollbackConfiguration: { Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
    });
    const aliases = Object.keys(prod.findResources('AWS::Lambda::Alias'));
    expect(aliases).toHaveLength(11);
    for (const { IntegrationUri } of propertiesOf(prod, 'AWS::ApiGatewayV2::Integration')) {
      const [, invoked] = /<(\w+)>(?:\/invocations)?$/.exec(render(IntegrationUri)) ?? [];
      expect(aliases).toContain(invoked);
    }
    template.resourceCountIs('AWS::Lambda::Alias', 0);
  });
});

describe('tables', () => {
  it.each([
    ['TablesVerificationsDAFEA1C5', 'request_id'],
    ['TablesGuards17CF79F1', 'guard_key'],
  ])('%s is on demand, recoverable and protected', (id, key) => {
    expect(template.findResources('AWS::DynamoDB::GlobalTable')[id]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    });
  });
});

describe('the clock', () => {
  it('has a queue that delivers five times, and a dead-letter queue', () => {
    const queues = Object.entries(template.findResources('AWS::SQS::Queue'));
    expect(queues.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'ClockQueueDeadLetters',
      'ClockQueueMessages',
    ]);
    const [deadLetters, messages] = queues.map(([, { Properties }]) => Properties);
    expect(deadLetters.MessageRetentionPeriod).toBe(14 * 86_400);
    expect(messages).toMatchObject({
      MessageRetentionPeriod: 86_400,
      VisibilityTimeout: 6 * 15,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
    expect(render(messages.RedrivePolicy.deadLetterTargetArn)).toBe(`<${queues[0]?.[0]}>`);
  });

  it.each([
    ['dev', {}, 'Clock', undefined],
    ['prod', { clockConcurrency: 2 }, 'ClockLive', { MaximumConcurrency: 2 }],
  ])(
    'of %s receives at most ten messages at once, and says which of them failed',
    (stage, settings, target, ScalingConfig) => {
      const template = synthesize(stage, settings);
      const [mapping, ...others] = propertiesOf(template, 'AWS::Lambda::EventSourceMapping');
      expect(others).toEqual([]);
      const FunctionResponseTypes = ['ReportBatchItemFailures'];
      expect(mapping).toMatchObject({ BatchSize: 10, FunctionResponseTypes });
      expect(mapping.ScalingConfig).toEqual(ScalingConfig);
      expect(JSON.stringify(mapping.FunctionName)).toMatch(new RegExp(`"${target}[0-9A-F]{8}"`));
    },
  );
});

describe('secrets', () => {
  // Changing one of these properties makes CloudFormation overwrite a value that is in use.
  it.each([
    ['SecretsPrivateKey1AF0C3C3', { SecretString: '{"application_id":"","private_key":""}' }],
    [
      'SecretsSignature038C5E7B',
      { SecretString: '{"api_key":"","application_id":"","signature_secret":""}' },
    ],
    [
      'SecretsKeys52995371',
      {
        GenerateSecretString: {
          SecretStringTemplate: '{}',
          GenerateStringKey: 'master_key',
          PasswordLength: 64,
          ExcludePunctuation: true,
        },
      },
    ],
    ['SecretsProofKey7FA24C12', { SecretString: '{"private_key":""}' }],
  ])('a later deployment does not overwrite %s', (id, frozen) => {
    const secret = template.findResources('AWS::SecretsManager::Secret')[id];
    const { Description: _, Tags: __, ...value } = secret?.Properties ?? {};
    expect(value).toEqual(frozen);
    // Only a first deployment that fails deletes it.
    expect(secret?.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(secret?.UpdateReplacePolicy).toBe('Retain');
  });
});

describe('tags', () => {
  it.each([
    'ApiGatewayV2::Api',
    'DynamoDB::GlobalTable',
    'Lambda::Function',
    'Logs::LogGroup',
    'SecretsManager::Secret',
    'SNS::Topic',
  ])('name the application and the stage of every %s', (type) => {
    const found = propertiesOf(synthesize('prod'), `AWS::${type}`);
    expect(found).not.toEqual([]);
    // Each copy of a table has its own.
    const copies = found.flatMap(({ Replicas, ...properties }) => Replicas ?? properties);
    for (const { Tags } of copies) {
      // CloudFormation writes tags as a list, or as an object.
      const tags = Array.isArray(Tags) ? Tags.map(({ Key, Value }) => [Key, Value]) : undefined;
      const byName = tags === undefined ? Tags : Object.fromEntries(tags);
      expect(byName).toEqual({ application: 'silent-auth', stage: 'prod' });
    }
  });
});

describe('logical ids', () => {
  it('of resources with data or addresses never change', () => {
    const STATEFUL = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::SecretsManager::Secret',
      'AWS::ApiGatewayV2::Api',
      'AWS::Events::EventBus',
      'AWS::SNS::Topic',
      'AWS::CloudFront::Distribution',
    ];
    const prod = synthesize('prod', { edge: EDGE });
    const ids = Object.entries(resourcesOf(prod))
      .filter(([, { Type }]) => STATEFUL.includes(Type))
      .map(([id]) => id);
    expect(ids.sort()).toEqual([
      ...['AlarmsTicketTopic3C81C432', 'AlarmsTopic3A2DFEBA', 'EdgeDistribution0060737B'],
      ...['EdgeSecret2B282A1C', 'EventBus7B8748AA', 'HttpApi9292168F', 'SecretsKeys52995371'],
      ...['SecretsPrivateKey1AF0C3C3', 'SecretsProofKey7FA24C12', 'SecretsSignature038C5E7B'],
      ...['TablesGuards17CF79F1', 'TablesVerificationsDAFEA1C5', 'WebSocketApi2C7AF84E'],
    ]);
  });
});
