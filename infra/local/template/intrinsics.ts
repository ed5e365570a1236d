/** Resolves CloudFormation's intrinsic functions. An unknown one is an error. */
import { LocalStackError } from '../error.ts';
import type { RawTemplate } from './raw-template.ts';
import {
  findAttribute,
  type NamedResource,
  type Surroundings,
  toReference,
} from './resource-names.ts';

export interface Resolver {
  /** The value with intrinsics resolved and without members that are `AWS::NoValue`. */
  resolve(value: unknown): unknown;
}

type Intrinsic = (argument: unknown) => unknown;

export function createResolver(template: RawTemplate, place: Surroundings): Resolver {
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::Region': place.region,
    'AWS::AccountId': place.accountId,
    'AWS::StackName': place.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${place.stackName}/local`,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::NoValue': undefined,
  };

  function named(logicalId: string): NamedResource {
    const resource = template.Resources[logicalId];
    if (!resource) throw new LocalStackError(`the template refers to ${logicalId}, which it lacks`);
    const property = (name: string): unknown => resolve(resource.Properties[name]);
    return { logicalId, type: resource.Type, property };
  }

  function ref(target: unknown): unknown {
    const name = String(target);
    if (name in pseudo) return pseudo[name];
    const parameter = template.Parameters[name];
    return parameter ? parameter.Default : toReference(named(name), place);
  }

  function getAtt(target: unknown): unknown {
    const [logicalId = '', ...path] = Array.isArray(target) ? target : String(target).split('.');
    const attribute = path.join('.');
    const value = findAttribute(named(String(logicalId)), attribute, place);
    if (value !== undefined) return value;
    throw new LocalStackError(`no local value for ${logicalId}.${attribute}`);
  }

  function sub(argument: unknown): string {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const own: ReadonlyMap<string, unknown> = new Map(Object.entries(variables ?? {}));
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (own.has(name)) return String(resolve(own.get(name)));
      return String(name.includes('.') ? getAtt(name) : ref(name));
    });
  }

  const intrinsics: Readonly<Record<string, Intrinsic>> = {
    Ref: ref,
    'Fn::GetAtt': getAtt,
    'Fn::Sub': sub,
    'Fn::Join': (argument) => {
      const [separator, parts] = list(argument);
      return list(resolve(parts)).join(String(separator));
    },
    'Fn::Select': (argument) => {
      const [index, values] = list(argument);
      return list(resolve(values))[Number(resolve(index))];
    },
    'Fn::Split': (argument) => {
      const [separator, text] = list(argument);
      return String(resolve(text)).split(String(separator));
    },
  };

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [first] = entries;
    if (entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
      const intrinsic = intrinsics[first[0]];
      if (!intrinsic) throw new LocalStackError(`the template uses ${first[0]}: not known locally`);
      return intrinsic(first[1]);
    }
    return Object.fromEntries(
      entries
        .map(([key, item]) => [key, resolve(item)] as const)
        .filter(([, item]) => item !== undefined),
    );
  }

  return { resolve };
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new LocalStackError(`an intrinsic function needs a list, but got ${JSON.stringify(value)}`);
}
