/**
 * Descriptions of the schemas for the published contracts. Only the generator reads this, so no
 * bundle contains it.
 */

import * as z from 'zod/mini';
import {
  errorMessageSchema,
  pongSchema,
  problemSchema,
  proofAnswerSchema,
  snapshotSchema,
  startAnswerSchema,
  transitionSchema,
  verificationAnswerSchema,
} from '../answers.ts';
import { CARRIER_PATTERN, MAX_VERSION_LENGTH, PLATFORMS, VERSION_PATTERN } from '../client-info.ts';
import { MAX_MAILBOX_LENGTH } from '../mailbox.ts';
import {
  channelSchema,
  checkCodeBodySchema,
  nextWorkflowBodySchema,
  pingSchema,
  proofBodySchema,
  startBodySchema,
  startEmailSchema,
  subscribeSchema,
} from '../requests.ts';
import {
  openCheckUrlSchema,
  reasonSchema,
  statusSchema,
  stepSchema,
  stepStatusSchema,
  submitCodeSchema,
  verificationSchema,
} from '../verification-object.ts';
import { MOMENTS } from './example-verifications.ts';
import * as example from './examples.ts';

interface Description {
  readonly description: string;
  readonly examples?: unknown[];
}

/** Everything that is published as a component, by its name. */
export const published = z.registry<{ readonly id: string }>();

/** Descriptions of the components themselves. */
export const described = z.registry<Description>();

/** Descriptions of members, by component, because several components may share one schema. */
export const describedMembers = new Map<string, Readonly<Record<string, string>>>();

/** What senders are asked for, where the handler itself looks at what comes. */
export const publishedAs = new Map<z.core.$ZodType, z.core.JSONSchema.BaseSchema>([
  [startEmailSchema, { type: 'string', maxLength: MAX_MAILBOX_LENGTH }],
]);

interface Shaped {
  readonly shape: Readonly<Record<string, z.core.$ZodType>>;
}

function publishEnum(schema: z.core.$ZodType, id: string, description: string): void {
  published.add(schema, { id });
  described.add(schema, { description });
}

function publish(
  schema: z.core.$ZodType & Shaped,
  { id, ...about }: Description & { readonly id: string },
  members: Readonly<Record<string, string>> = {},
): void {
  published.add(schema, { id });
  described.add(schema, about);
  const unknown = Object.keys(members).filter((name) => !(name in schema.shape));
  if (unknown.length > 0) throw new Error(`${id} has no member ${unknown} to describe`);
  describedMembers.set(id, members);
}

publishEnum(
  channelSchema,
  'Channel',
  'How a verification is attempted. In answers this enum may grow: show a channel that you do ' +
    'not know as one to wait for.',
);
publishEnum(
  statusSchema,
  'Status',
  'Where the verification stands. This enum may grow: treat a status that you do not know as ' +
    '`pending`. Final are `completed`, `failed`, `user_rejected`, `expired`, `blocked`, ' +
    '`cancelled` and `aborted`; a final status never changes.',
);
publishEnum(
  stepStatusSchema,
  'StepStatus',
  'Where one step of the workflow stands. This enum may grow.',
);
publishEnum(
  reasonSchema,
  'Reason',
  'Why a step or the verification ended without proof. This enum may grow.',
);

publish(
  openCheckUrlSchema,
  {
    id: 'OpenCheckUrl',
    description:
      'Open the check_url over mobile data and hand in what comes back. One action per check_url: ' +
      'a newer object with the same URL is not a new action.',
  },
  {
    check_url: 'Opaque; never open it over Wi-Fi, in a backend or in a link preview.',
    method: '`fetch`: follow the redirects yourself. `navigate`: a web page navigates to it.',
  },
);
publish(
  submitCodeSchema,
  { id: 'SubmitCode', description: 'Ask the user for the code that this channel delivered.' },
  {
    code_length: 'Digits of the code.',
    attempts_remaining: 'Tries that Vonage still judges.',
  },
);
publish(
  stepSchema,
  { id: 'Step', description: 'One step of the workflow, in order.' },
  { reason: 'Why it ended without proof; null while it runs, or when it completed.' },
);
publish(
  verificationSchema,
  {
    id: 'Verification',
    description:
      'One attempt to prove a number: the same object in answers, pushes and snapshots. It ' +
      'replaces the one you have unless its (`seq`, `updated_at`) is lower; of equal ones the one ' +
      'whose `channel` is later in `workflow` replaces the other.',
    examples: [MOMENTS.check_url_issued],
  },
  {
    request_id: "Vonage's id, the only one.",
    seq: 'Counts visible changes, from 1.',
    channel: 'The channel that runs, or that decided.',
    next_channel: 'What comes when this one fails.',
    action: 'What the app does now; treat a type that you do not know as none.',
    workflow: 'Every channel of this verification, in the order of attempts.',
    verified: 'What is proven, and only that. Turns from false to true, even after `completed`.',
    reason: 'Why it ended without proof; null while it runs, or when it completed.',
    created_at: 'When it was started.',
    updated_at: 'When `seq` grew last.',
    next_change_at:
      'When time changes something; pushed about 2 s later. Nothing heard: ask. Null after the end.',
    expires_at: 'After this the verification is over, whatever was heard.',
    ended_at: 'When it ended, however it did; null while it runs.',
  },
);

const versionSchema = z.string().check(z.maxLength(MAX_VERSION_LENGTH), z.regex(VERSION_PATTERN));
const clientSchema = z.object({
  platform: z.optional(z.enum(PLATFORMS)),
  app_version: z.optional(versionSchema),
  sdk_version: z.optional(versionSchema),
  carrier: z.optional(z.string().check(z.regex(CARRIER_PATTERN))),
});
/** The forms of members that refuse nothing: what is sent should have them. */
const client = z.optional(clientSchema);
const locale = z.optional(z.string());

const CLIENT = 'For the logs of operators; a member that has another form is left out.';
publish(
  clientSchema,
  { id: 'ClientInfo', description: CLIENT, examples: [example.CLIENT_INFO] },
  {
    platform: 'Where the check_url is opened; anything else counts as `other`.',
    app_version: 'Of the app. At most six digits in a row.',
    sdk_version: 'Of the library that opens the check_url. At most six digits in a row.',
    carrier: 'Mobile network of the SIM that carries the data: MCC and MNC.',
  },
);
publish(
  z.extend(startBodySchema, { locale, client }),
  {
    id: 'StartRequest',
    description: 'Members that are not named here are ignored.',
    examples: [example.START_REQUEST],
  },
  {
    phone_number: 'E.164 with its `+`; a mobile number of an allowed country.',
    email:
      "Needed for the channel `email`, and ignored where no channel uses it. HTML's pattern; a " +
      'domain such as `münchen.de` is taken as `xn--mnchen-3ya.de`.',
    channels:
      "Ordered subset of the stage's workflow, 1 to 3, `silent_auth` only first. Default: the " +
      'first three whose address is known.',
    locale:
      'Language of messages, as the phone says it. Reduced to language, script and region; what cannot ' +
      'be is left out.',
    nonce: "Made by the company's backend; comes back in the proof only.",
    result:
      '`redirect` for web pages: the last redirect leads to the page of the stage. Default: `json`.',
  },
);
publish(
  checkCodeBodySchema,
  {
    id: 'CheckCodeRequest',
    description: 'What the handset received at the end of the redirects, or a code of the user.',
    examples: [example.CHECK_CODE_REQUEST],
  },
  {
    request_id:
      'The one that the **handset received**; for a code of another channel the one of the start.',
    code:
      'As it was received or typed. Spaces, dashes and invisible characters are taken out, and digits ' +
      'of every script understood; then it is 4 to 10 letters and digits. Case matters.',
  },
);
publish(
  z.extend(nextWorkflowBodySchema, { client }),
  {
    id: 'NextWorkflowRequest',
    description: 'Leaves a channel, if it still runs: a repeat skips nothing.',
    examples: [example.NEXT_WORKFLOW_REQUEST],
  },
  {
    from:
      'The channel to leave; default: the running one, unless it began less than 5 s ago (then it ' +
      'stays), and `silent_auth` for an `error` of the handset. Send it, so that a repeat is safe.',
    error:
      'Why: `sdk_no_data_connectivity`, `sdk_connection_error`, `sdk_redirect_error`, ' +
      '`sdk_timeout_error`, `sdk_error`, `check_url_rejected`, `request_id_mismatch`, ' +
      '`user_choice`; anything else counts as `other`.',
  },
);
publish(
  proofBodySchema,
  {
    id: 'ProofRequest',
    description: 'The values of the start that the proof shall name, if they are verified.',
    examples: [example.PROOF_REQUEST],
  },
  {
    phone_number: 'The very one of the start; left out, the proof names no number.',
    email:
      'The very one of the start; left out, the proof names no address. A domain such as ' +
      '`münchen.de` stands in the proof as `xn--mnchen-3ya.de`.',
  },
);

publish(
  startAnswerSchema,
  {
    id: 'StartAnswer',
    description: 'The verification and the token that speaks for it.',
    examples: [example.START_ANSWER],
  },
  {
    client_token: 'Bearer of all further calls; keep it as you keep a password.',
    websocket_url: 'Where pushes come from.',
  },
);
publish(verificationAnswerSchema, {
  id: 'VerificationAnswer',
  description: 'The verification as it is now.',
  examples: [{ verification: MOMENTS.check_url_issued }],
});
publish(
  proofAnswerSchema,
  { id: 'ProofAnswer', description: 'A signed proof.', examples: [example.PROOF_ANSWER] },
  { proof: 'A JWT (ES256), `typ` `silent-auth-proof+jwt`.', expires_at: 'Its `exp`.' },
);
publish(
  problemSchema,
  {
    id: 'Problem',
    description: 'RFC 9457. Branch on `code`, which is a closed, documented list.',
    examples: [example.problem('code_invalid')],
  },
  {
    type: 'A URI that ends in the code.',
    title: 'A fixed sentence that says what went wrong.',
    status: 'The HTTP status.',
    code: 'What went wrong. Treat a code that you do not know by its status and `retryable`.',
    detail: 'What to do about it.',
    retryable: 'Whether the same request may succeed later.',
    retry_after: 'Seconds to wait, as in the header `retry-after`.',
    attempts_remaining: 'With `code_invalid`: tries that are left.',
    errors: 'With `request_invalid`: the members at fault; their values are not repeated.',
    verification: 'With a problem about a verification: how it stands.',
  },
);

publish(subscribeSchema, {
  id: 'Subscribe',
  description: 'Answered by a snapshot; repeating it is safe and heals a lost subscription.',
  examples: [{ action: 'subscribe', client_token: example.CLIENT_TOKEN }],
});
publish(pingSchema, {
  id: 'Ping',
  description: 'Every 25 s while waiting, so that no one closes the idle connection.',
  examples: [{ action: 'ping' }],
});
publish(snapshotSchema, {
  id: 'Snapshot',
  description: 'The answer to subscribe: everything as it is now.',
  examples: [{ type: 'snapshot', verification: MOMENTS.check_url_issued }],
});
publish(transitionSchema, {
  id: 'Transition',
  description: 'Pushed on every visible change; the same one may come again.',
  examples: [{ type: 'transition', verification: MOMENTS.check_url_issued }],
});
publish(pongSchema, {
  id: 'Pong',
  description: 'The answer to ping.',
  examples: [{ type: 'pong' }],
});
publish(errorMessageSchema, {
  id: 'ErrorMessage',
  description: 'The answer to anything else; repeats nothing of it.',
  examples: [{ type: 'error', code: 'request_invalid' }],
});
