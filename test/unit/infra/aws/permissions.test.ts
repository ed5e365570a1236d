import { describe, expect, it } from 'vitest';
import { ENV, FUNCTION_NAMES, type FunctionName, WARMED } from '../../../../shared/config.ts';
import { synthesize } from '../../../fixtures/stage-stack.ts';
import {
  functionIds,
  functionsOf,
  permissionsOf,
  propertiesOf,
  render,
} from '../../../fixtures/template.ts';

const VERIFICATIONS = '<TablesVerificationsDAFEA1C5>';
const GUARDS = '<TablesGuards17CF79F1>';
const READ = [`dynamodb:GetItem ${VERIFICATIONS}`];
const READ_WRITE = [...READ, `dynamodb:UpdateItem ${VERIFICATIONS}`];
const PRIVATE_KEY = 'secretsmanager:GetSecretValue <SecretsPrivateKey1AF0C3C3>';
const SIGNATURE = 'secretsmanager:GetSecretValue <SecretsSignature038C5E7B>';
const KEYS = 'secretsmanager:GetSecretValue <SecretsKeys52995371>';
const PROOF_KEY = 'secretsmanager:GetSecretValue <SecretsProofKey7FA24C12>';
const CHANNEL_SWITCH =
  'ssm:GetParameter arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/silent-auth/dev/channels-off';
const BUS = 'events:PutEvents <EventBus7B8748AA>';
const QUEUE = '<ClockQueueMessages9F835F3C>';
const SEND = `sqs:SendMessage ${QUEUE}`;
const connections = (method: string): string =>
  'execute-api:ManageConnections arn:<AWS::Partition>:execute-api:<AWS::Region>:' +
  `<AWS::AccountId>:<WebSocketApi2C7AF84E>/dev/${method}/@connections/*`;
const PUSH = connections('POST');
const CALLS_VONAGE = [...READ_WRITE, PRIVATE_KEY, PUSH, BUS, SEND];

describe('permissions', () => {
  const template = synthesize('dev');
  const ids = functionIds(template);
  const functions = functionsOf(template);
  const invoke = WARMED.map((name) => `lambda:InvokeFunction <${ids[name]}>`);
  const receive = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map(
    (action) => `sqs:${action} ${QUEUE}`,
  );
  const guards = [`dynamodb:GetItem ${GUARDS}`, `dynamodb:UpdateItem ${GUARDS}`];
  const expected: Record<FunctionName, string[]> = {
    start: [...READ_WRITE, ...guards, PRIVATE_KEY, KEYS, CHANNEL_SWITCH, SEND, ...invoke],
    'check-code': CALLS_VONAGE,
    'next-workflow': CALLS_VONAGE,
    cancel: CALLS_VONAGE,
    webhook: [...READ_WRITE, SIGNATURE, PUSH, BUS],
    status: [...READ_WRITE, PUSH, BUS],
    message: [...READ_WRITE, PUSH, connections('DELETE'), BUS],
    connect: READ,
    proof: [...READ, KEYS, PROOF_KEY],
    contracts: [],
    clock: [...CALLS_VONAGE, ...receive],
  };

  it.each(FUNCTION_NAMES)('give %s exactly what it calls', (name) => {
    const group = render(functions[name]?.LoggingConfig.LogGroup);
    const named = `arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${group}`;
    const ownLogs = ['logs:CreateLogStream', 'logs:PutLogEvents'].flatMap((action) => [
      `${action} ${group}`,
      `${action} ${named}`,
    ]);
    const actual = permissionsOf(template, ids[name] ?? '');
    expect(actual).toEqual([...expected[name], ...ownLogs].sort());
  });

  it('include no end events where the stage switches them off', () => {
    const quiet = synthesize('dev', { events: false });
    quiet.resourceCountIs('AWS::Events::EventBus', 0);
    const lines = Object.values(functionIds(quiet)).flatMap((id) => permissionsOf(quiet, id));
    expect(lines.filter((line) => line.startsWith('events:'))).toEqual([]);
    expect(JSON.stringify(functionsOf(quiet))).not.toContain(ENV.eventBus);
  });

  it('come from one role for each function, without managed policies', () => {
    const roles = Object.values(functions).map(({ Role }) => Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(FUNCTION_NAMES.length);
    for (const role of roles) {
      const { Properties } = template.findResources('AWS::IAM::Role')[role] ?? {};
      expect([Properties?.ManagedPolicyArns, Properties?.Policies]).toEqual([undefined, undefined]);
    }
  });

  it('let only API Gateway invoke a function, and only for its own route', () => {
    const permissions = propertiesOf(template, 'AWS::Lambda::Permission');
    expect(permissions).toHaveLength(12);
    for (const { Principal, SourceArn } of permissions) {
      expect(Principal).toBe('apigateway.amazonaws.com');
      expect(JSON.stringify(SourceArn)).toMatch(/\/\*\/\*\/[\w.-]+(\/[\w.-]+)?"\]|\/\*\$\w+"\]/);
    }
  });
});
