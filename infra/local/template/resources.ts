/** The template's resources of one type, resolved and checked. */
import type { z } from 'zod';
import { LocalStackError } from '../error.ts';
import { createResolver } from './intrinsics.ts';
import type { RawTemplate } from './raw-template.ts';
import { findAttribute, type Surroundings, toReference } from './resource-names.ts';

export interface Resource<Properties> {
  readonly logicalId: string;
  /** Value of `Ref`. */
  readonly reference: string;
  /** Value of `Fn::GetAtt … Arn`; empty for a type without. */
  readonly arn: string;
  readonly properties: Properties;
}

export interface Resources {
  readonly place: Surroundings;
  /** @throws LocalStackError when a property has a value that the local stack does not understand */
  ofType<Schema extends z.ZodType>(type: string, schema: Schema): Resource<z.infer<Schema>>[];
}

export function createResources(template: RawTemplate, place: Surroundings): Resources {
  const { resolve } = createResolver(template, place);
  return {
    place,
    ofType: (type, schema) =>
      Object.entries(template.Resources)
        .filter(([, resource]) => resource.Type === type)
        .map(([logicalId, resource]) => {
          const property = (name: string): unknown => resolve(resource.Properties[name]);
          const named = { logicalId, type, property };
          const parsed = schema.safeParse(resolve(resource.Properties));
          if (!parsed.success) throw toError(logicalId, type, parsed.error);
          return {
            logicalId,
            reference: toReference(named, place),
            arn: findAttribute(named, 'Arn', place) ?? '',
            properties: parsed.data,
          };
        }),
  };
}

function toError(logicalId: string, type: string, error: z.ZodError): LocalStackError {
  const issues = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return new LocalStackError(
    `the local stack does not understand ${logicalId} (${type}): ${issues.join('; ')}`,
  );
}
