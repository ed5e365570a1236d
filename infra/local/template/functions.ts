/** The template's Lambda functions, each with the folder of its bundled asset. */
import { z } from 'zod';
import { LocalStackError } from '../error.ts';
import type { Resources } from './resources.ts';

export interface FunctionResource {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly codeFolder: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** @default as many as the local stack allows */
  readonly reservedConcurrency: number | undefined;
  readonly logFormat: 'JSON' | 'Text';
  readonly logLevel: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

const functionProperties = z.object({
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).optional(),
  Handler: z.string(),
  LoggingConfig: z
    .strictObject({
      ApplicationLogLevel: z.string().optional(),
      LogFormat: z.enum(['JSON', 'Text']).optional(),
      LogGroup: z.string().optional(),
      SystemLogLevel: z.string().optional(),
    })
    .default({}),
  MemorySize: z.number().default(128),
  ReservedConcurrentExecutions: z.number().optional(),
  Runtime: z.string().startsWith('nodejs'),
  Timeout: z.number().default(3),
});

/** @param assetFolders folder of each asset, by its object key */
export function readFunctions(
  resources: Resources,
  assetFolders: ReadonlyMap<string, string>,
): FunctionResource[] {
  return resources
    .ofType('AWS::Lambda::Function', functionProperties)
    .map(({ logicalId, reference, arn, properties }) => {
      const codeFolder = assetFolders.get(properties.Code.S3Key);
      if (codeFolder === undefined) {
        throw new LocalStackError(`the assembly has no asset for ${logicalId}`);
      }
      return {
        logicalId,
        name: reference,
        arn,
        codeFolder,
        handler: properties.Handler,
        timeoutSeconds: properties.Timeout,
        memoryMegabytes: properties.MemorySize,
        reservedConcurrency: properties.ReservedConcurrentExecutions,
        logFormat: properties.LoggingConfig.LogFormat ?? 'Text',
        logLevel: properties.LoggingConfig.ApplicationLogLevel,
        environment: properties.Environment?.Variables ?? {},
      };
    });
}
