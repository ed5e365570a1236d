/**
 * Descriptions of the schemas for the published contracts. Only the generator imports this file, so
 * no bundle contains it.
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

/** Published instead of a schema that accepts any value because the handler checks it later. */
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
  'The way in which a number is proven. In answers this enum may grow: while an unknown channel ' +
    'runs, the app waits.',
);
publishEnum(
  statusSchema,
  'Status',
  'State of the verification. This enum may grow: treat an unknown status as `pending`. The final ' +
    'ones are `completed`, `failed`, `user_rejected`, `expired`, `blocked`, `cancelled` and ' +
    '`aborted`; a final status never changes.',
);
publishEnum(
  stepStatusSchema,
  'StepStatus',
  'State of one step of the workflow. This enum may grow.',
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
      'Open the check_url over mobile data and submit its result. Open each check_url once: a newer ' +
      'object with the same URL is not a new action.',
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
    attempts_remaining: 'Codes that Vonage will still check.',
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
      'One attempt to prove a number: the same object in answers, pushes and snapshots. A received ' +
      'object replaces the one you have unless its (`seq`, `updated_at`) is lower. If both are ' +
      'equal, the one whose `channel` is later in `workflow` counts.',
    examples: [MOMENTS.check_url_issued],
  },
  {
    request_id: "Vonage's id of the verification, its only id.",
    seq: 'Counts visible changes, from 1.',
    channel: 'The channel that runs, or that decided.',
    next_channel: 'The channel that follows if this one fails.',
    action: 'What the app must do now; treat an unknown type as null.',
    workflow: 'Every channel of this verification, in the order of attempts.',
    verified:
      'What is proven. A member only turns from false to true, possibly even after `completed`.',
    reason: 'Why it ended without proof; null while it runs, or when it completed.',
    created_at: 'When it was started.',
    updated_at: 'When `seq` last increased.',
    next_change_at:
      'When time alone will next change the verification; the push follows about 2 s later. Without ' +
      'a push by then, read `GET /status`. Null after the end.',
    expires_at: 'When the verification ends at the latest.',
    ended_at: 'When it ended, for whatever reason; null while it runs.',
  },
);

const versionSchema = z.string().check(z.maxLength(MAX_VERSION_LENGTH), z.regex(VERSION_PATTERN));
const clientSchema = z.object({
  platform: z.optional(z.enum(PLATFORMS)),
  app_version: z.optional(versionSchema),
  sdk_version: z.optional(versionSchema),
  carrier: z.optional(z.string().check(z.regex(CARRIER_PATTERN))),
});
/** Published forms of members that the handlers accept in any form. */
const client = z.optional(clientSchema);
const locale = z.optional(z.string());

const CLIENT = 'For the logs of operators; a member of another form is ignored.';
publish(
  clientSchema,
  { id: 'ClientInfo', description: CLIENT, examples: [example.CLIENT_INFO] },
  {
    platform: 'Where the check_url is opened; anything else counts as `other`.',
    app_version: 'Version of the app. At most six digits in a row.',
    sdk_version: 'Version of the library that opens the check_url. At most six digits in a row.',
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
      'domain such as `münchen.de` is converted to `xn--mnchen-3ya.de`.',
    channels:
      "Ordered subset of the stage's workflow, 1 to 3, `silent_auth` only first. Default: the " +
      'first three whose address is known.',
    locale:
      'Language of messages, as the phone reports it. Reduced to language, script and region; a value ' +
      'that is not a language is ignored.',
    nonce: 'Created by your backend; returned only in the proof.',
    result:
      '`redirect` for web pages: the last redirect leads to the page of the stage. Default: `json`.',
  },
);
publish(
  checkCodeBodySchema,
  {
    id: 'CheckCodeRequest',
    description:
      'What the handset received at the end of the redirects, or the code that the user typed.',
    examples: [example.CHECK_CODE_REQUEST],
  },
  {
    request_id:
      'For silent_auth the one that the **handset received**; for other channels that of the start.',
    code:
      'As it was received or typed. Spaces, dashes and invisible characters are removed, and digits of ' +
      'every script are converted; the result must be 4 to 10 letters and digits. Case matters.',
  },
);
publish(
  z.extend(nextWorkflowBodySchema, { client }),
  {
    id: 'NextWorkflowRequest',
    description: 'Skips a channel if it still runs; a repeat has no effect.',
    examples: [example.NEXT_WORKFLOW_REQUEST],
  },
  {
    from:
      'The channel to skip. Default: `silent_auth` for an `error` of the handset, otherwise the ' +
      'running channel unless it began less than 5 s ago. Send it, so that a repeat is safe.',
    error:
      'The reason: `sdk_no_data_connectivity`, `sdk_connection_error`, `sdk_redirect_error`, ' +
      '`sdk_timeout_error`, `sdk_error`, `check_url_rejected`, `request_id_mismatch`, ' +
      '`user_choice`; anything else counts as `other`.',
  },
);
publish(
  proofBodySchema,
  {
    id: 'ProofRequest',
    description: 'The values of the start that the proof shall contain; each must be verified.',
    examples: [example.PROOF_REQUEST],
  },
  {
    phone_number: 'The same as in the start. Without it the proof contains no number.',
    email:
      'The same as in the start. Without it the proof contains no address. A domain such as ' +
      '`münchen.de` appears in the proof as `xn--mnchen-3ya.de`.',
  },
);

publish(
  startAnswerSchema,
  {
    id: 'StartAnswer',
    description: 'The verification and the token for all calls about it.',
    examples: [example.START_ANSWER],
  },
  {
    client_token: 'Bearer token of all further calls; store it like a password.',
    websocket_url: 'Address of the WebSocket that pushes changes.',
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
    code: 'What went wrong. Treat an unknown code by its `status` and `retryable`.',
    detail: 'What to do about it.',
    retryable: 'Whether the same request may succeed later.',
    retry_after: 'Seconds to wait, as in the header `retry-after`.',
    attempts_remaining: 'With `code_invalid`: remaining tries.',
    errors: 'With `request_invalid`: the members at fault, without their values.',
    verification: 'With a problem about a verification: its current state.',
  },
);

publish(subscribeSchema, {
  id: 'Subscribe',
  description: 'Answered by a snapshot. Repeating it is safe and restores a lost subscription.',
  examples: [{ action: 'subscribe', client_token: example.CLIENT_TOKEN }],
});
publish(pingSchema, {
  id: 'Ping',
  description: 'Send it every 25 s while waiting, so that the idle connection is not closed.',
  examples: [{ action: 'ping' }],
});
publish(snapshotSchema, {
  id: 'Snapshot',
  description: 'The answer to subscribe: the current verification.',
  examples: [{ type: 'snapshot', verification: MOMENTS.check_url_issued }],
});
publish(transitionSchema, {
  id: 'Transition',
  description: 'Pushed on every visible change; the same change may be pushed twice.',
  examples: [{ type: 'transition', verification: MOMENTS.check_url_issued }],
});
publish(pongSchema, {
  id: 'Pong',
  description: 'The answer to ping.',
  examples: [{ type: 'pong' }],
});
publish(errorMessageSchema, {
  id: 'ErrorMessage',
  description: 'The answer to any other message; quotes nothing of it.',
  examples: [{ type: 'error', code: 'request_invalid' }],
});
