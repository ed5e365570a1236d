import { readdirSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { HTTP_ROUTES, WEBSOCKET_ROUTES } from '../../../../shared/config.ts';
import { functionName, render } from './permissions.ts';
import { synthesize, tinyBundles } from './synthesize.ts';

const template = synthesize('dev');
const resources: Record<
  string,
  { Type: string; Properties: Record<string, unknown>; DependsOn?: string[] }
> = template.toJSON().Resources;

/** Name of the function (`functions/<name>.ts`) that a route's integration invokes. */
function functionOf(route: Record<string, unknown>): string {
  const integration = render(route.Target).replace(/^integrations\/<(.*)>$/, '$1');
  const uri = render(resources[integration]?.Properties.IntegrationUri);
  const [, id = ''] = /(?:functions\/|^)<(\w+)>(?:\/invocations)?$/.exec(uri) ?? [];
  return String(resources[id]?.Properties.Description).split(' ')[0] ?? '';
}

function routesOf(apiProtocol: string): Record<string, string> {
  const apis = template.findResources('AWS::ApiGatewayV2::Api', {
    Properties: { ProtocolType: apiProtocol },
  });
  const api = `<${Object.keys(apis)[0]}>`;
  const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route'))
    .filter(({ Properties }) => render(Properties.ApiId) === api)
    .map(({ Properties }) => [Properties.RouteKey, functionOf(Properties)]);
  return Object.fromEntries(routes);
}

describe('APIs', () => {
  it('answers every HTTP route with its function', () => {
    expect(routesOf('HTTP')).toEqual(HTTP_ROUTES);
  });

  it('answers both WebSocket routes with their functions', () => {
    expect(routesOf('WEBSOCKET')).toEqual(WEBSOCKET_ROUTES);
  });

  it('leaves $connect to its function and sends back what $default returns', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: '$connect',
      AuthorizationType: 'NONE',
      RouteResponseSelectionExpression: Match.absent(),
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Route', {
      RouteKey: '$default',
      RouteResponseSelectionExpression: '$default',
    });
    template.resourceCountIs('AWS::ApiGatewayV2::RouteResponse', 1);
    template.hasResourceProperties('AWS::ApiGatewayV2::RouteResponse', {
      RouteResponseKey: '$default',
    });
  });

  it('hands requests over in payload format 2.0', () => {
    const integrations = Object.values(template.findResources('AWS::ApiGatewayV2::Integration'));
    const http = integrations.filter(({ Properties }) => Properties.PayloadFormatVersion);
    expect(http).toHaveLength(8);
    for (const { Properties } of http) expect(Properties.PayloadFormatVersion).toBe('2.0');
  });

  it('logs neither query strings nor headers nor paths nor connection ids', () => {
    const formats = Object.values(template.findResources('AWS::ApiGatewayV2::Stage')).map(
      ({ Properties }) => Properties.AccessLogSettings.Format,
    );
    expect(formats).toHaveLength(2);
    for (const format of formats) {
      const variables = Object.values<string>(JSON.parse(format));
      expect(variables).not.toContain(expect.stringMatching(/path|query|header|connectionId/i));
      for (const variable of variables) expect(variable).toMatch(VARIABLES_WITHOUT_CONTENT);
    }
  });

  it('throttles routes only once they exist', () => {
    const stages = Object.values(resources).filter(
      ({ Type }) => Type === 'AWS::ApiGatewayV2::Stage',
    );
    for (const { Properties, DependsOn = [] } of stages) {
      const throttled = Object.keys(Properties.RouteSettings ?? {});
      const waitedFor = DependsOn.map((id) => resources[id]?.Properties.RouteKey);
      expect(throttled.length).toBeGreaterThan(0);
      expect(waitedFor).toEqual(expect.arrayContaining(throttled));
    }
  });

  it('answers the preflight requests of the stage’s origins and of no other', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'HTTP',
      CorsConfiguration: {
        AllowOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
        AllowMethods: ['GET', 'POST'],
        AllowHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-correlator'],
        AllowCredentials: Match.absent(),
      },
    });
    synthesize('prod').hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'HTTP',
      CorsConfiguration: Match.absent(),
    });
  });

  it('takes https://localhost as it is, and lets every page in where a WebView has another scheme', () => {
    const allowed = (origins: readonly string[]): unknown => {
      const api = synthesize('prod', { origins }).findResources('AWS::ApiGatewayV2::Api', {
        Properties: { ProtocolType: 'HTTP' },
      });
      return Object.values(api)[0]?.Properties.CorsConfiguration.AllowOrigins;
    };
    expect(allowed(['https://localhost'])).toEqual(['https://localhost']);
    expect(allowed(['https://localhost', 'capacitor://localhost'])).toEqual(['*']);
  });

  it('asks for a JWT at POST /start alone, where the stage has an authorizer', () => {
    const secured = synthesize('prod', {
      authorizer: { issuer: 'https://login.example.com', audience: ['app'] },
    });
    secured.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example.com', Audience: ['app'] },
    });
    const authorized = Object.values(secured.findResources('AWS::ApiGatewayV2::Route'))
      .filter(({ Properties }) => Properties.AuthorizationType === 'JWT')
      .map(({ Properties }) => Properties.RouteKey);
    expect(authorized).toEqual(['POST /start']);
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 0);
  });

  it('lets API Gateway write logs in an empty account, unless another stack does', () => {
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    const [account] = Object.keys(template.findResources('AWS::ApiGateway::Account'));
    const websocketStage = Object.entries(resources).find(
      ([, { Properties, Type }]) =>
        Type === 'AWS::ApiGatewayV2::Stage' && Properties.StageName === 'dev',
    );
    expect(websocketStage?.[1].DependsOn).toContain(account);
    synthesize('dev', { apiGatewayLogsRole: false }).resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  it('carries custom domains, and pushes still go through the API’s own address', () => {
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
    named.hasResourceProperties('AWS::Lambda::Function', {
      Description: Match.stringLikeRegexp('^start '),
      Environment: { Variables: { WEBSOCKET_URL: 'wss://live.example.com' } },
    });
    const variables = Object.values(named.findResources('AWS::Lambda::Function')).find(
      ({ Properties }) => Properties.Description.startsWith('webhook '),
    )?.Properties.Environment.Variables;
    expect(render(variables.WEBSOCKET_MANAGEMENT_URL)).toMatch(/execute-api.*\/prod$/);
  });
});

/** What may stand in an access log: facts about the exchange, never parts of it. */
const VARIABLES_WITHOUT_CONTENT =
  /^\$context\.(requestTimeEpoch|requestId|identity\.sourceIp|routeKey|status|responseLength|responseLatency|integrationLatency|eventType|authorizer\.error|integration\.(integrationStatus|status|latency|error))$/;

interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly LoggingConfig: { readonly LogGroup: unknown };
}

describe('functions', () => {
  const PINNED = {
    Architectures: ['arm64'],
    Runtime: 'nodejs24.x',
    MemorySize: 512,
    Timeout: 25,
    Handler: 'index.handler',
  };
  const TELEMETRY = [
    'POWERTOOLS_LOG_LEVEL',
    'POWERTOOLS_METRICS_NAMESPACE',
    'POWERTOOLS_SERVICE_NAME',
  ];
  const CALLS_VONAGE = [
    'CLOCK_QUEUE_URL',
    'EVENT_BUS',
    'PRIVATE_KEY_SECRET',
    'VERIFICATIONS_TABLE',
    'VONAGE_BASE_URL',
    'WEBSOCKET_MANAGEMENT_URL',
  ];
  const VARIABLES: Record<string, string[]> = {
    start: [
      'CHANNEL_SWITCH',
      'CHECK_URL_HOSTS',
      'CLOCK_QUEUE_URL',
      'GUARDS_TABLE',
      'KEYS_SECRET',
      'PRIVATE_KEY_SECRET',
      'START_SETTINGS',
      'VERIFICATIONS_TABLE',
      'VONAGE_BASE_URL',
      'WARM_TOGETHER',
      'WEBSOCKET_URL',
    ],
    'check-code': CALLS_VONAGE,
    'next-workflow': CALLS_VONAGE,
    cancel: CALLS_VONAGE,
    webhook: [
      'CHECK_URL_HOSTS',
      'EVENT_BUS',
      'SIGNATURE_SECRET',
      'VERIFICATIONS_TABLE',
      'WEBSOCKET_MANAGEMENT_URL',
    ],
    status: ['EVENT_BUS', 'VERIFICATIONS_TABLE', 'WEBSOCKET_MANAGEMENT_URL'],
    connect: ['ALLOWED_ORIGINS', 'VERIFICATIONS_TABLE'],
    message: ['EVENT_BUS', 'VERIFICATIONS_TABLE', 'WEBSOCKET_MANAGEMENT_URL'],
    proof: [
      'KEYS_SECRET',
      'PROOF_KEY_SECRET',
      'PROOF_SETTINGS',
      'PUBLIC_URL',
      'VERIFICATIONS_TABLE',
    ],
    contracts: ['PUBLIC_URL', 'WEBSOCKET_URL'],
    clock: CALLS_VONAGE,
  };

  // The assertions library hands resources out as `any`; typed here once.
  const functions: Record<string, FunctionProperties> = Object.fromEntries(
    Object.values(template.findResources('AWS::Lambda::Function')).map(({ Properties }) => [
      functionName(Properties),
      Properties,
    ]),
  );

  it('are the eleven of the contract', () => {
    expect(Object.keys(functions).sort()).toEqual(Object.keys(VARIABLES).sort());
  });

  it.each(Object.keys(VARIABLES))('tells %s what it uses and nothing else', (name) => {
    const Timeout = name === 'clock' ? 15 : PINNED.Timeout;
    expect(functions[name]).toMatchObject({ ...PINNED, Timeout });
    expect(Object.keys(functions[name]?.Environment.Variables ?? {}).sort()).toEqual(
      [...(VARIABLES[name] ?? []), ...TELEMETRY].sort(),
    );
  });

  it('tell start the prefixes that the stage adds', () => {
    const additionalMobilePrefixes = { DE: ['+4919'] };
    synthesize('dev', { additionalMobilePrefixes }).hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          START_SETTINGS: Match.serializedJson(Match.objectLike({ additionalMobilePrefixes })),
        }),
      },
    });
  });

  it('log JSON to a group of their own, which expires', () => {
    const groups = Object.values(functions).map(({ LoggingConfig }) => {
      expect(LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
      return render(LoggingConfig.LogGroup).slice(1, -1);
    });
    expect(new Set(groups).size).toBe(11);
    for (const group of groups) {
      expect(resources[group]?.Properties.RetentionInDays).toBe(14);
    }
  });

  it('reserve no concurrency unless the stage says so', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: Match.absent(),
    });
    synthesize('dev', { reservedConcurrency: { webhook: 5 } }).hasResourceProperties(
      'AWS::Lambda::Function',
      { Description: Match.stringLikeRegexp('^webhook '), ReservedConcurrentExecutions: 5 },
    );
  });

  it('mask in their logs what should never have got there', () => {
    for (const { LoggingConfig } of Object.values(functions)) {
      const group = resources[render(LoggingConfig.LogGroup).slice(1, -1)];
      const policy = JSON.stringify(group?.Properties.DataProtectionPolicy);
      for (const name of ['EmailAddress', 'PkcsPrivateKey', 'NumberWithPlus', 'ClientToken']) {
        expect(policy).toContain(name);
      }
    }
  });

  it('are replaced gradually in prod, and go back when their own alarm rings', () => {
    const prod = synthesize('prod');
    prod.resourceCountIs('AWS::CodeDeploy::DeploymentGroup', 11);
    prod.allResourcesProperties('AWS::CodeDeploy::DeploymentGroup', {
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      AlarmConfiguration: { Enabled: true },
      AutoRollbackConfiguration: {
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
      },
    });
    const aliases = Object.keys(prod.findResources('AWS::Lambda::Alias'));
    expect(aliases).toHaveLength(11);
    for (const { Properties } of Object.values(
      prod.findResources('AWS::ApiGatewayV2::Integration'),
    )) {
      const [, target] = /<(\w+)>(\/invocations)?$/.exec(render(Properties.IntegrationUri)) ?? [];
      expect(aliases).toContain(target);
    }
    template.resourceCountIs('AWS::Lambda::Alias', 0);
  });

  it('are uploaded without source maps', () => {
    for (const folder of Object.values(tinyBundles)) {
      expect(readdirSync(folder)).toEqual(['index.mjs']);
    }
  });
});

describe('tables', () => {
  it.each([
    ['TablesVerificationsDAFEA1C5', 'request_id'],
    ['TablesGuards17CF79F1', 'guard_key'],
  ])('keep %s on demand, recoverable and protected', (id, key) => {
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
  it('has a queue that delivers again, and keeps what five deliveries did not finish', () => {
    const queues = Object.entries(template.findResources('AWS::SQS::Queue'));
    expect(queues.map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'ClockQueueDeadLetters',
      'ClockQueueMessages',
    ]);
    const [deadLetters, messages] = queues.map(([, { Properties }]) => Properties);
    expect(deadLetters).toMatchObject({ MessageRetentionPeriod: 14 * 86_400 });
    expect(messages).toMatchObject({
      MessageRetentionPeriod: 86_400,
      VisibilityTimeout: 6 * 15,
      RedrivePolicy: { maxReceiveCount: 5 },
    });
    expect(render(messages.RedrivePolicy.deadLetterTargetArn)).toBe(`<${queues[0]?.[0]}>`);
    for (const [id, { Properties }] of queues) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: id }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Action: 'sqs:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      });
    }
  });

  it.each([
    ['dev', {}, 'Clock', undefined],
    ['prod', { clockConcurrency: 2 }, 'ClockLive', { MaximumConcurrency: 2 }],
  ])(
    'of %s hands ten messages over at most, and hears which of them failed',
    (stage, settings, target, ScalingConfig) => {
      const found = synthesize(stage, settings).findResources('AWS::Lambda::EventSourceMapping');
      const [{ Properties } = { Properties: {} }] = Object.values(found);
      expect(Object.keys(found)).toHaveLength(1);
      expect(Properties).toMatchObject({
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
      expect(Properties.ScalingConfig).toEqual(ScalingConfig);
      expect(JSON.stringify(Properties.FunctionName)).toMatch(new RegExp(`"${target}[0-9A-F]{8}"`));
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
  ])('never write %s again', (id, frozen) => {
    const secret = template.findResources('AWS::SecretsManager::Secret')[id];
    const { Description, Tags, ...value } = secret?.Properties ?? {};
    expect(Description).toEqual(expect.any(String));
    expect(Tags).toEqual(expect.any(Array));
    expect(value).toEqual(frozen);
    // A first deployment that fails takes them along; whatever else happens, they stay.
    expect(secret?.DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(secret?.UpdateReplacePolicy).toBe('Retain');
  });
});

describe('tags', () => {
  const TAGGED = [
    'AWS::ApiGatewayV2::Api',
    'AWS::ApiGatewayV2::Stage',
    'AWS::Events::EventBus',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'AWS::SecretsManager::Secret',
    'AWS::SNS::Topic',
  ];
  const wanted = { application: 'silent-auth', stage: 'prod' };
  const all = Object.values<{ Type: string; Properties: { Tags?: unknown } }>(
    synthesize('prod').toJSON().Resources,
  );

  it.each(TAGGED)('tell the bill whose %s is', (type) => {
    const found = all.filter(({ Type }) => Type === type);
    expect(found).not.toEqual([]);
    for (const { Properties } of found) expect(toTags(Properties.Tags)).toEqual(wanted);
  });

  it('tell it of every copy of a table', () => {
    for (const { Properties } of Object.values(
      synthesize('prod').findResources('AWS::DynamoDB::GlobalTable'),
    )) {
      for (const { Tags } of Properties.Replicas) expect(toTags(Tags)).toEqual(wanted);
    }
  });
});

/** CloudFormation writes tags as a list, or as an object. */
function toTags(tags: unknown): unknown {
  if (!Array.isArray(tags)) return tags;
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

describe('logical ids', () => {
  it('of everything that holds data or addresses never change', () => {
    const STATEFUL = [
      'AWS::DynamoDB::GlobalTable',
      'AWS::SecretsManager::Secret',
      'AWS::ApiGatewayV2::Api',
      'AWS::Events::EventBus',
      'AWS::SNS::Topic',
      'AWS::CloudFront::Distribution',
    ];
    const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/silent/0a1b-2c';
    const prod = synthesize('prod', { edge: { webAclArn } });
    const ids = Object.entries<{ Type: string }>(prod.toJSON().Resources)
      .filter(([, { Type }]) => STATEFUL.includes(Type))
      .map(([id]) => id);
    expect(ids.sort()).toEqual([
      'AlarmsTicketTopic3C81C432',
      'AlarmsTopic3A2DFEBA',
      'EdgeDistribution0060737B',
      'EdgeSecret2B282A1C',
      'EventBus7B8748AA',
      'HttpApi9292168F',
      'SecretsKeys52995371',
      'SecretsPrivateKey1AF0C3C3',
      'SecretsProofKey7FA24C12',
      'SecretsSignature038C5E7B',
      'TablesGuards17CF79F1',
      'TablesVerificationsDAFEA1C5',
      'WebSocketApi2C7AF84E',
    ]);
  });
});
