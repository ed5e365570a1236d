/**
 * The queue that makes time a source of events, with its dead letters. A message holds a request_id
 * and the index of a step. Losing one costs little: whoever asks about the verification moves it on.
 */

import { Duration, Validations } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { grantExactly, type LambdaFunction } from './lambda-function.ts';

/** Six times the function's timeout, as Lambda asks for. */
const VISIBILITY = Duration.seconds(90);
/** After that many tries in vain, a message is a dead letter. */
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
      reason: 'It is where the messages of the other queue end.',
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

  /** @param maxConcurrency of the function, for small quotas; default: as much as Lambda wants */
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
      reason: 'A queue has none: its own redrive policy keeps what fails.',
    });
  }
}
