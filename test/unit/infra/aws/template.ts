/** Reads from a template: resources, functions by name, and what the role of a function may do. */

import type { Template } from 'aws-cdk-lib/assertions';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

export function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return template.toJSON().Resources;
}

/** Properties of all resources of a type; the assertions library types them as `any`. */
export function propertiesOf(template: Template, type: string) {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties);
}

/** The only resource of a type whose logical id begins like that. */
export function idOf(template: Template, type: string, prefix: string): string {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.startsWith(prefix));
  if (ids.length !== 1) throw new Error(`${ids.length} of ${type} begin with ${prefix}`);
  return String(ids[0]);
}

/** Properties of the functions, by their names in `functions/`. */
export function functionsOf(template: Template) {
  const all = propertiesOf(template, 'AWS::Lambda::Function');
  return Object.fromEntries(all.map((properties) => [functionName(properties), properties]));
}

/** Logical ids of the functions, by their names in `functions/`. */
export function functionIds(template: Template): Readonly<Record<string, string>> {
  const all = Object.entries(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    all.map(([id, { Properties }]) => [functionName({ Description: Properties.Description }), id]),
  );
}

/** The environment of a function. */
export function variablesOf(template: Template, name: string): Readonly<Record<string, unknown>> {
  return functionsOf(template)[name]?.Environment.Variables;
}

/** Sorted lines `<action> <resource>`, one for each pair; references as `<LogicalId>`. */
export function permissionsOf(template: Template, functionId: string): string[] {
  const lambda = resourcesOf(template)[functionId];
  if (lambda?.Type !== 'AWS::Lambda::Function') throw new Error(`no function ${functionId}`);
  const role = render(lambda.Properties.Role);
  return propertiesOf(template, 'AWS::IAM::Policy')
    .filter(({ Roles }) => list(Roles).map(render).includes(role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(linesOf)
    .sort();
}

function linesOf({ Effect, Action, Resource, Condition }: Statement): string[] {
  if (Effect !== 'Allow' || Condition !== undefined) throw new Error('unexpected statement');
  return list(Action).flatMap((action) =>
    list(Resource).map((resource) => `${render(action)} ${render(resource)}`),
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The description of a function begins with its name. */
function functionName({ Description }: { readonly Description: string }): string {
  return Description.split(' ')[0] ?? '';
}

/** Text of an intrinsic; a reference and an ARN of the same resource become the same text. */
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
