/** Vonage's Verify v2 on one port: puts the parts together and listens. */
import { type Access, NO_MORE_ACCESS } from '../access.ts';
import { listen } from '../listen.ts';
import { openStateFile } from '../state-file.ts';
import { createAuthenticate } from './application-jwt.ts';
import { createApplicationsApi } from './applications.ts';
import { type ArmedRule, createFaults } from './faults.ts';
import { createInbox } from './inbox.ts';
import { createJournal } from './journal.ts';
import { createLocalApi } from './local-api.ts';
import { createRequests } from './requests.ts';
import { createVonageServer } from './server.ts';
import { createTime, type Time } from './time.ts';
import { createVerifyApi } from './verify-api.ts';
import { createWebhooks } from './webhooks.ts';

export interface VonageSimulatorOptions {
  /** 0: any free one. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly applicationId: string;
  /** PEM. */
  readonly applicationPublicKey: string;
  readonly apiKey: string;
  readonly signatureSecret: string;
  /** Enables Basic credentials and the Applications API. */
  readonly accountApiSecret?: string;
  /** The first Status URL; the Applications API can set another. */
  readonly webhookUrl?: string;
  /** @default real time */
  readonly time?: Time;
  /** Absent: a restart forgets everything. */
  readonly stateFile?: string;
  /** @default `localhost`, IP literals, and only its own web pages */
  readonly access?: Access;
}

export interface VonageSimulator {
  /** `http://127.0.0.1:3002`, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startVonageSimulator(
  options: VonageSimulatorOptions,
): Promise<VonageSimulator> {
  const { host = '127.0.0.1', applicationId, apiKey, signatureSecret } = options;
  const application = { id: applicationId, publicKey: options.applicationPublicKey };
  const secret = options.accountApiSecret;
  const account = secret === undefined ? { apiKey } : { apiKey, apiSecret: secret };
  const { time = createTime(1) } = options;
  const stateFile = openStateFile(options.stateFile);
  const journal = createJournal();
  const inbox = createInbox();
  const faults = createFaults((rules) =>
    stateFile.save([{ kind: 'faults', key: 'rules', value: rules }]),
  );
  faults.restore(stateFile.load('faults').flatMap(toRules));
  const applications = createApplicationsApi({
    application,
    account,
    webhookUrl: options.webhookUrl,
    stateFile,
  });
  const authenticate = createAuthenticate(applications.publicKey, account, time.now);
  const signer = { apiKey, signatureSecret };
  const { statusUrl } = applications;
  const webhooks = createWebhooks({ signer, statusUrl, time, faults, journal, stateFile });
  let url = '';
  const origin = (): string => url;
  const requests = createRequests({ time, faults, inbox, webhooks, stateFile, origin });
  const server = createVonageServer({
    authenticate,
    api: createVerifyApi(requests),
    applications,
    localApi: createLocalApi({ inbox, faults, journal, requests, webhooks }),
    requests,
    faults,
    journal,
    time,
    origin,
    access: options.access ?? NO_MORE_ACCESS,
  });
  const { port } = await listen(server, options.port, host);
  url = `http://${host}:${port}`;
  requests.restore();

  return {
    url,
    async close() {
      time.stop();
      webhooks.close();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      server.closeAllConnections();
      await promise;
      stateFile.close();
    },
  };
}

function toRules(value: unknown): readonly ArmedRule[] {
  return Array.isArray(value) ? value : [];
}
