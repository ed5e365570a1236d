/** The template's queues, with the function that each one feeds. */
import { z } from 'zod';
import { LocalStackError } from '../error.ts';
import { toFunctionName } from './resource-names.ts';
import type { Resources } from './resources.ts';

/** A queue with the settings of the template. */
export const queueResource = z.object({
  name: z.string(),
  arn: z.string(),
  delaySeconds: z.number(),
  visibilitySeconds: z.number(),
  retentionSeconds: z.number(),
  /** The queue for messages that were delivered this often without success. */
  deadLetters: z.object({ queueName: z.string(), maxReceiveCount: z.number() }).optional(),
  mapping: z
    .object({
      functionName: z.string(),
      batchSize: z.number(),
      /** Whether the function reports which messages of a batch failed. */
      reportsFailures: z.boolean(),
      maxConcurrency: z.number(),
    })
    .optional(),
});
export type QueueResource = z.infer<typeof queueResource>;

/** Number of pollers with which Lambda begins. */
const POLLERS = 5;

const queueProperties = z.object({
  DelaySeconds: z.number().default(0),
  MessageRetentionPeriod: z.number().default(345_600),
  RedrivePolicy: z
    .object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() })
    .optional(),
  VisibilityTimeout: z.number().default(30),
});
const mappingProperties = z.object({
  BatchSize: z.number().default(10),
  Enabled: z.literal(true).default(true),
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: z.literal(0).default(0),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }).optional(),
});

export function readQueues(resources: Resources): QueueResource[] {
  const mappings = resources.ofType('AWS::Lambda::EventSourceMapping', mappingProperties);
  const queues = resources.ofType('AWS::SQS::Queue', queueProperties);
  const foreign = mappings.find(
    ({ properties }) => !queues.some(({ arn }) => arn === properties.EventSourceArn),
  );
  if (foreign) {
    throw new LocalStackError(`${foreign.logicalId} reads what is not a queue of this template`);
  }
  return queues.map(({ arn, properties }) => {
    const { RedrivePolicy: redrive } = properties;
    const mapping = mappings.find((each) => each.properties.EventSourceArn === arn)?.properties;
    return {
      name: nameOf(arn),
      arn,
      delaySeconds: properties.DelaySeconds,
      visibilitySeconds: properties.VisibilityTimeout,
      retentionSeconds: properties.MessageRetentionPeriod,
      ...(redrive && {
        deadLetters: {
          queueName: nameOf(redrive.deadLetterTargetArn),
          maxReceiveCount: redrive.maxReceiveCount,
        },
      }),
      ...(mapping && {
        mapping: {
          functionName: toFunctionName(mapping.FunctionName),
          batchSize: mapping.BatchSize,
          reportsFailures: mapping.FunctionResponseTypes.length > 0,
          maxConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? POLLERS,
        },
      }),
    };
  });
}

function nameOf(queueArn: string): string {
  return queueArn.split(':').at(-1) ?? queueArn;
}
