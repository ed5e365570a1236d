/** Reads from a template what the role of a function may do, as lines "action on resource". */

import type { Template } from 'aws-cdk-lib/assertions';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Sorted lines `<action> <resource>`, one for each pair; references as `<LogicalId>`. */
export function permissionsOf(template: Template, functionId: string): string[] {
  const resources: Record<string, { Type: string; Properties: Record<string, unknown> }> =
    template.toJSON().Resources;
  const lambda = resources[functionId];
  if (lambda?.Type !== 'AWS::Lambda::Function') throw new Error(`no function ${functionId}`);
  const role = render(lambda.Properties.Role);
  const lines = Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .filter(({ Properties }) => list(Properties.Roles).map(render).includes(role))
    .flatMap(({ Properties }) => statements(Properties.PolicyDocument))
    .flatMap((statement) => linesOf(statement));
  return lines.sort();
}

function statements(document: unknown): readonly Statement[] {
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return [];
  return document.Statement as readonly Statement[];
}

function linesOf({ Effect, Action, Resource, Condition }: Statement): string[] {
  if (Effect !== 'Allow' || Condition !== undefined)
    throw new Error('unexpected kind of statement');
  return list(Action).flatMap((action) =>
    list(Resource).map((resource) => `${render(action)} ${render(resource)}`),
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Name of a function as in `functions/`, which its description begins with. */
export function functionName({ Description }: { readonly Description: string }): string {
  return Description.split(' ')[0] ?? '';
}

/** Text of an intrinsic; a reference and an ARN of the same resource read alike. */
export function render(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw new Error('cannot be rendered');
  if ('Ref' in value) return `<${String(value.Ref)}>`;
  if ('Fn::GetAtt' in value) return `<${String(list(value['Fn::GetAtt'])[0])}>`;
  if ('Fn::Join' in value) {
    const [separator, parts] = list(value['Fn::Join']);
    return list(parts).map(render).join(String(separator));
  }
  throw new Error(`unknown intrinsic ${Object.keys(value).join()}`);
}
