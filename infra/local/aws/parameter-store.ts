/** A local parameter store of Systems Manager: plain text parameters with versions. */
import { z } from 'zod';
import { type Service, ServiceError } from './json-protocol.ts';
import { openStoredMap } from './stored-map.ts';

const parameter = z.object({
  Name: z.string(),
  Type: z.string(),
  Value: z.string(),
  Version: z.number(),
  LastModifiedDate: z.number(),
});
const getInput = z.object({ Name: z.string() });
const getManyInput = z.object({ Names: z.array(z.string()) });
const putInput = z.object({
  Name: z.string().min(1),
  Value: z.string().min(1),
  Type: z.string().default('String'),
  Overwrite: z.boolean().default(false),
});

export function createParameterStore(file: string): Service {
  const parameters = openStoredMap(file, parameter);
  return {
    GetParameter(input) {
      const { Name } = getInput.parse(input);
      const Parameter = parameters.get(Name);
      if (!Parameter) throw new ServiceError('ParameterNotFound', `Parameter ${Name} not found.`);
      return { Parameter };
    },
    GetParameters(input) {
      const { Names } = getManyInput.parse(input);
      return {
        Parameters: Names.flatMap((name) => parameters.get(name) ?? []),
        InvalidParameters: Names.filter((name) => !parameters.get(name)),
      };
    },
    PutParameter(input) {
      const { Name, Value, Type, Overwrite } = putInput.parse(input);
      const before = parameters.get(Name);
      if (before && !Overwrite) {
        throw new ServiceError('ParameterAlreadyExists', 'The parameter already exists.');
      }
      const Version = (before?.Version ?? 0) + 1;
      parameters.set(Name, { Name, Type, Value, Version, LastModifiedDate: Date.now() / 1000 });
      return { Version, Tier: 'Standard' };
    },
  };
}
