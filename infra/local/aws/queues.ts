/**
 * A local SQS. SendMessage is its only operation. Queues and their mappings come from the template
 * and are stored with the messages, so that they survive a restart of this process.
 */
import { z } from 'zod';
import type { StateFile } from '../state-file.ts';
import { type QueueResource, queueResource } from '../template/queues.ts';
import { type Service, ServiceError } from './json-protocol.ts';
import {
  createQueue,
  type Deliver,
  loadMessages,
  type Message,
  md5Of,
  type Queue,
  type QueueOptions,
} from './queue.ts';
import type { StoredMap } from './stored-map.ts';

const MAX_DELAY_SECONDS = 900;
const MAX_BODY_BYTES = 256 * 1024;

const sendInput = z.object({
  QueueUrl: z.string(),
  MessageBody: z.string().min(1),
  DelaySeconds: z.number().int().min(0).max(MAX_DELAY_SECONDS).optional(),
});
const putQueuesInput = z.array(queueResource);

export interface QueuesOptions {
  readonly definitions: StoredMap<QueueResource>;
  readonly stateFile: StateFile;
  readonly region: string;
  readonly timeScale: number;
  readonly deliver: Deliver;
  readonly now: () => number;
  readonly measure: QueueOptions['measure'];
}

export interface Queues {
  readonly service: Service;
  /** For the local stack: creates the queues of the template. */
  readonly local: Service;
  /** For people: the waiting messages of each queue. */
  show(): Readonly<Record<string, readonly Message[]>>;
  close(): void;
}

export function openQueues(options: QueuesOptions): Queues {
  const { definitions, stateFile } = options;
  const queues = new Map<string, Queue>();
  open(definitions.values());

  function open(resources: readonly QueueResource[]): void {
    for (const queue of queues.values()) queue.close();
    queues.clear();
    for (const resource of resources) {
      const bury = (message: Message): void =>
        queues.get(resource.deadLetters?.queueName ?? '')?.add(message);
      queues.set(resource.name, createQueue({ ...options, resource, bury }));
    }
    for (const message of loadMessages(stateFile)) queues.get(message.queueName)?.add(message);
  }

  return {
    service: {
      SendMessage(input) {
        const { QueueUrl, MessageBody, DelaySeconds } = sendInput.parse(input);
        const queue = queues.get(QueueUrl.split('/').at(-1) ?? '');
        if (!queue) {
          throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
        }
        if (Buffer.byteLength(MessageBody) > MAX_BODY_BYTES) {
          throw new ServiceError('InvalidParameterValue', 'One or more parameters are invalid.');
        }
        const { id } = queue.send(MessageBody, DelaySeconds);
        return { MessageId: id, MD5OfMessageBody: md5Of(MessageBody) };
      },
    },
    local: {
      PutQueues(input) {
        const resources = putQueuesInput.parse(input);
        for (const resource of resources) definitions.set(resource.name, resource);
        open(resources);
        return {};
      },
    },
    show: () => Object.fromEntries([...queues].map(([name, queue]) => [name, queue.messages()])),
    close() {
      for (const queue of queues.values()) queue.close();
    },
  };
}
