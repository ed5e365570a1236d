import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { bundleCognitoTrigger } from '../../../docs/examples/cognito/bundle.ts';
import { createCompanyStack } from '../../fixtures/company-stack.ts';
import { cdkContext } from '../../fixtures/stage-stack.ts';
import { permissionsOf } from '../../fixtures/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'silent-auth-cognito-'));
const bundle = bundleCognitoTrigger(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function createStack(issuer?: string): Stack {
  const app = new App({ context: cdkContext(), builtinCloudFormationValidation: false });
  return createCompanyStack(app, { bundle, ...(issuer !== undefined && { issuer }) });
}

describe('CognitoSignIn', () => {
  const template = Template.fromStack(createStack());
  const idOf = (type: string, properties?: object): string =>
    Object.keys(template.findResources(type, properties))[0] ?? '';
  const triggerId = idOf('AWS::Lambda::Function', { Properties: { Handler: 'index.handler' } });
  const tableId = idOf('AWS::DynamoDB::GlobalTable');

  it('answers the three triggers of custom authentication', () => {
    const trigger = { 'Fn::GetAtt': [triggerId, 'Arn'] };
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      LambdaConfig: {
        DefineAuthChallenge: trigger,
        CreateAuthChallenge: trigger,
        VerifyAuthChallengeResponse: trigger,
      },
    });
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    expect(permissions).toHaveLength(3);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('cognito-idp.amazonaws.com');
      expect(Properties.SourceArn).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Arn'] });
    }
  });

  it('lets an app in with a proof alone, in a session longer than a verification', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AuthSessionValidity: 15,
      PreventUserExistenceErrors: 'ENABLED',
      GenerateSecret: false,
    });
  });

  it('keeps spent proofs in a table of their own, where the trigger may only add', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [{ AttributeName: 'jti', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
    const others = permissionsOf(template, triggerId).filter((line) => !line.startsWith('logs:'));
    expect(others).toEqual([`dynamodb:UpdateItem <${tableId}>`]);
  });

  it('is given the issuer and the audience, and no key', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          PROOF_ISSUER: 'https://verify.example.com',
          PROOF_AUDIENCE: 'company',
          SPENT_PROOFS_TABLE: { Ref: tableId },
        },
      },
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 5,
      LoggingConfig: Match.objectLike({ LogFormat: 'JSON' }),
    });
  });

  it.each(['http://verify.example.com', 'https://verify.example.com/', 'verify.example.com'])(
    'refuses %s as an issuer',
    (issuer) => {
      expect(() => createStack(issuer)).toThrow(/issuer must be/);
    },
  );

  it('runs as it was bundled, and is as small as the other functions', async () => {
    expect(statSync(join(bundle, 'index.mjs')).size).toBeLessThan(270 * 1024);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('PROOF_ISSUER', 'https://verify.example.com');
    const { handler } = await import(pathToFileURL(join(bundle, 'index.mjs')).href);
    const event = { triggerSource: 'CreateAuthChallenge_Authentication', request: {} };
    const { publicChallengeParameters, privateChallengeParameters } = (await handler(event))
      .response;
    expect(publicChallengeParameters.nonce).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(privateChallengeParameters).toEqual({ nonce: publicChallengeParameters.nonce });
    await expect(handler({ triggerSource: 'PreSignUp_SignUp' })).rejects.toThrow();
  });
});
