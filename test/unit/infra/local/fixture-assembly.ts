/** A small cloud assembly, shaped as CDK shapes it, whose functions do what their caller says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const HANDLER = `
const calls = { count: 0 };
export async function handler(event, context) {
  calls.count += 1;
  const order = JSON.parse(event.body ?? '{}');
  const protocols = event.multiValueHeaders?.['Sec-WebSocket-Protocol']?.join(',') ?? '';
  if (event.requestContext.eventType === 'CONNECT') {
    const status = Number(event.queryStringParameters?.status ?? 200);
    if (event.queryStringParameters?.push) {
      const { WEBSOCKET_MANAGEMENT_URL: base } = process.env;
      const id = encodeURIComponent(event.requestContext.connectionId);
      const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=local' };
      const pushed = await fetch(base + '/@connections/' + id, { method: 'POST', headers, body: 'x' });
      console.log('pushed ' + pushed.status + ' ' + pushed.headers.get('x-amzn-errortype'));
    }
    return { statusCode: status, headers: protocols ? { 'Sec-WebSocket-Protocol': protocols.split(',')[0] } : {} };
  }
  switch (order.do) {
    case 'throw': throw new Error('as told');
    case 'exit': process.exit(3);
    case 'sleep': await new Promise((done) => setTimeout(done, order.ms)); break;
    case 'return': return order.value;
    case 'log': console.log(order.text); break;
    case 'nothing': return undefined;
  }
  const options = process.execArgv;
  const environment = { ...process.env };
  const about = { event, pid: process.pid, calls: calls.count, environment, options };
  const body = JSON.stringify({ ...about, remaining: context.getRemainingTimeInMillis() });
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}
`;

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

const VARIABLES = {
  VERIFICATIONS_TABLE: { Ref: 'Verifications' },
  GUARDS_TABLE: { Ref: 'Guards' },
  PRIVATE_KEY_SECRET: { Ref: 'PrivateKey' },
  KEYS_SECRET: { Ref: 'Keys' },
  SIGNATURE_SECRET: { Ref: 'Signature' },
  PROOF_KEY_SECRET: { Ref: 'ProofKey' },
  VONAGE_BASE_URL: 'https://api-eu.vonage.com',
  CHECK_URL_HOSTS: '[".vonage.com"]',
  ALLOWED_ORIGINS: '["https://app.example"]',
  PUBLIC_URL: { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] },
  WEBSOCKET_URL: {
    'Fn::Join': ['', [{ 'Fn::GetAtt': ['SocketApi', 'ApiEndpoint'] }, '/', { Ref: 'SocketStage' }]],
  },
  WEBSOCKET_MANAGEMENT_URL: {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
    'Fn::Sub': 'https://${SocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${SocketStage}',
  },
};

function lambda(timeoutSeconds: number): Resources[string] {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
        S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' },
        S3Key: 'abc.zip',
      },
      Environment: { Variables: VARIABLES },
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' },
      MemorySize: 512,
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Runtime: 'nodejs24.x',
      Timeout: timeoutSeconds,
    },
  };
}

function integration(api: string, target: string): Resources[string] {
  return {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: api },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': [target, 'Arn'] },
      PayloadFormatVersion: '2.0',
    },
  };
}

function route(api: string, key: string, to: string, more: Record<string, unknown> = {}) {
  return {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: api },
      RouteKey: key,
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: to }]] },
      ...more,
    },
  };
}

function table(key: string): Resources[string] {
  return {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      Replicas: [{ Region: { Ref: 'AWS::Region' } }],
    },
  };
}

/** The resources of the fixture; `issuer` is that of the JWT authorizer on `POST /guarded`. */
export function fixtureResources(issuer = 'http://127.0.0.1:9'): Resources {
  return {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    Actor: lambda(10),
    Hasty: lambda(1),
    Verifications: table('request_id'),
    Guards: table('guard_key'),
    PrivateKey: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { SecretString: '{"application_id":"","private_key":""}' },
    },
    Signature: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { SecretString: '{"signature_secret":""}' },
    },
    ProofKey: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { SecretString: '{"private_key":""}' },
    },
    Keys: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{}',
          GenerateStringKey: 'master_key',
          PasswordLength: 64,
          ExcludePunctuation: true,
        },
      },
    },
    HttpApi: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'fixture',
        ProtocolType: 'HTTP',
        CorsConfiguration: {
          AllowOrigins: ['https://app.example'],
          AllowMethods: ['POST'],
          AllowHeaders: ['content-type'],
        },
      },
    },
    HttpStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        AutoDeploy: true,
        RouteSettings: {
          'POST /limited': { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 },
        },
        StageName: '$default',
      },
    },
    ActorIntegration: integration('HttpApi', 'Actor'),
    HastyIntegration: integration('HttpApi', 'Hasty'),
    ActRoute: route('HttpApi', 'POST /act', 'ActorIntegration'),
    HastyRoute: route('HttpApi', 'POST /hasty', 'HastyIntegration'),
    LimitedRoute: route('HttpApi', 'POST /limited', 'ActorIntegration'),
    GuardedRoute: route('HttpApi', 'POST /guarded', 'ActorIntegration', {
      AuthorizationType: 'JWT',
      AuthorizerId: { Ref: 'Authorizer' },
    }),
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: ['app'], Issuer: issuer },
        Name: 'fixture',
      },
    },
    SocketApi: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'fixture',
        ProtocolType: 'WEBSOCKET',
        RouteSelectionExpression: '$request.body.action',
      },
    },
    SocketStage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'SocketApi' }, StageName: 'dev', AutoDeploy: true },
    },
    SocketIntegration: integration('SocketApi', 'Actor'),
    ConnectRoute: route('SocketApi', '$connect', 'SocketIntegration'),
    DefaultRoute: route('SocketApi', '$default', 'SocketIntegration', {
      RouteResponseSelectionExpression: '$default',
    }),
    DefaultRouteResponse: {
      Type: 'AWS::ApiGatewayV2::RouteResponse',
      Properties: {
        ApiId: { Ref: 'SocketApi' },
        RouteId: { Ref: 'DefaultRoute' },
        RouteResponseKey: '$default',
      },
    },
  };
}

/** Writes an assembly with these resources; returns its folder. */
export function writeAssembly(resources: Resources): string {
  const folder = makeTemporaryFolder();
  const write = (file: string, content: unknown): void =>
    writeFileSync(join(folder, file), JSON.stringify(content));
  write('manifest.json', {
    artifacts: {
      'Fixture.assets': {
        type: 'cdk:asset-manifest',
        properties: { file: 'Fixture.assets.json' },
      },
      Fixture: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/unknown-region',
        properties: { templateFile: 'Fixture.template.json' },
      },
    },
  });
  write('Fixture.assets.json', {
    files: {
      abc: {
        source: { path: 'asset.abc', packaging: 'zip' },
        destinations: { current: { objectKey: 'abc.zip' } },
      },
    },
  });
  write('Fixture.template.json', { Resources: resources });
  mkdirSync(join(folder, 'asset.abc'));
  writeFileSync(join(folder, 'asset.abc', 'index.mjs'), HANDLER);
  return folder;
}

/** It goes when the tests of the file are done. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'silent-auth-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
