/**
 * The queue of the clock, with its dead letters. A message holds a request_id and the index of a
 * step. Losing one does little harm: the next request about the verification does what the clock
 * would have done.
 */

import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { grantExactly, type LambdaFunction } from './lambda-function.ts';

/** Six times the function's timeout, as Lambda's documentation recommends. */
const VISIBILITY = Duration.seconds(90);
/** After this many failed deliveries a message becomes a dead letter. */
const MAX_RECEIVE_COUNT = 5;
const BATCH_SIZE = 10;

export class ClockQueue extends Construct {
  readonly messages: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const secured = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...secured,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'Serverless::Serverless-SQSRedrivePolicy',
      reason: 'It is itself the dead-letter queue of the other queue.',
    });
    this.messages = new Queue(this, 'Messages', {
      ...secured,
      retentionPeriod: Duration.days(1),
      visibilityTimeout: VISIBILITY,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
  }

  grantSend(grantee: LambdaFunction): void {
    grantExactly(grantee, 'sqs:SendMessage', this.messages.queueArn);
  }

  /**
   * @param maxConcurrency most concurrent executions of the function, for small quotas; default:
   * Lambda decides
   */
  feed(lambda: LambdaFunction, maxConcurrency?: number): void {
    const { queueArn } = this.messages;
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
      grantExactly(lambda, `sqs:${action}`, queueArn);
    }
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: lambda.target,
      eventSourceArn: queueArn,
      batchSize: BATCH_SIZE,
      reportBatchItemFailures: true,
      ...(maxConcurrency !== undefined && { maxConcurrency }),
    });
    Validations.of(mapping).acknowledge({
      id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
      reason: 'A queue has no such destination: its redrive policy keeps failed messages.',
    });
  }
}
