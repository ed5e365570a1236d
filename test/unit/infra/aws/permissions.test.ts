import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../../../shared/config.ts';
import { permissionsOf } from './permissions.ts';
import { synthesize } from './synthesize.ts';

const IDS: Record<FunctionName, string> = {
  start: 'Start',
  'check-code': 'CheckCode',
  webhook: 'Webhook',
  'next-workflow': 'NextWorkflow',
  cancel: 'Cancel',
  status: 'Status',
  proof: 'Proof',
  connect: 'Connect',
  message: 'Message',
  contracts: 'Contracts',
  clock: 'Clock',
};

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
const connections = (stage: string, method: string): string =>
  'execute-api:ManageConnections arn:<AWS::Partition>:execute-api:<AWS::Region>:' +
  `<AWS::AccountId>:<WebSocketApi2C7AF84E>/${stage}/${method}/@connections/*`;

function expected(stage: string): Record<FunctionName, string[]> {
  const push = connections(stage, 'POST');
  const callsVonage = [...READ_WRITE, PRIVATE_KEY, push, BUS, SEND];
  return {
    start: [
      ...READ_WRITE,
      `dynamodb:GetItem ${GUARDS}`,
      `dynamodb:UpdateItem ${GUARDS}`,
      PRIVATE_KEY,
      KEYS,
      CHANNEL_SWITCH,
      SEND,
    ],
    'check-code': callsVonage,
    'next-workflow': callsVonage,
    cancel: callsVonage,
    webhook: [...READ_WRITE, SIGNATURE, push, BUS],
    status: [...READ_WRITE, push, BUS],
    message: [...READ_WRITE, push, connections(stage, 'DELETE'), BUS],
    connect: READ,
    proof: [...READ, KEYS, PROOF_KEY],
    contracts: [],
    clock: [
      ...callsVonage,
      ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map(
        (to) => `sqs:${to} ${QUEUE}`,
      ),
    ],
  };
}

function ownLogs(logGroup: string): string[] {
  const named = `arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${logGroup}`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].flatMap((action) => [
    `${action} ${logGroup}`,
    `${action} ${named}`,
  ]);
}

describe('permissions', () => {
  const template = synthesize('dev');
  const resources: Record<string, { Type: string; Properties: Record<string, unknown> }> =
    template.toJSON().Resources;
  const find = (type: string, prefix: string): string => {
    const ids = Object.keys(resources).filter(
      (id) => resources[id]?.Type === type && new RegExp(`^${prefix}[0-9A-F]{8}$`).test(id),
    );
    expect(ids).toHaveLength(1);
    return ids[0] ?? '';
  };

  it.each(FUNCTION_NAMES)('gives %s exactly what it calls', (name) => {
    const logGroup = `<${find('AWS::Logs::LogGroup', `${IDS[name]}Logs`)}>`;
    // Who may warm whom: warm-together.test.ts.
    const actual = permissionsOf(template, find('AWS::Lambda::Function', IDS[name])).filter(
      (line) => !line.startsWith('lambda:'),
    );
    expect(actual).toEqual([...expected('dev')[name], ...ownLogs(logGroup)].sort());
  });

  it('attaches no managed policy to a function and gives no role to two of them', () => {
    const roles = Object.values(template.findResources('AWS::Lambda::Function')).map(
      ({ Properties }) => Properties.Role['Fn::GetAtt'][0],
    );
    expect(new Set(roles).size).toBe(FUNCTION_NAMES.length);
    for (const role of roles) {
      expect(resources[role]?.Properties.ManagedPolicyArns).toBeUndefined();
      expect(resources[role]?.Properties.Policies).toBeUndefined();
    }
  });

  it('lets nobody but API Gateway invoke a function, and only for its own route', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    expect(permissions).toHaveLength(12);
    for (const { Properties } of permissions) {
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      expect(JSON.stringify(Properties.SourceArn)).toMatch(
        /\/\*\/\*\/[\w.-]+(\/[\w.-]+)?"\]|\/\*\$\w+"\]/,
      );
    }
  });
});
