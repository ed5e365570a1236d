/** The chosen story as shell commands that can be pasted into a terminal. */

import type { Where } from './page-api.ts';
import { toRules } from './rules.ts';
import { type Story, toStartBody } from './story.ts';

const JSON_TYPE = "-H 'content-type: application/json'";
const BEARER = '-H "authorization: Bearer $TOKEN"';

/** Patterns that `status_while` looks for in a verification. */
const STILL = {
  pending: '"seq":[0-9]*,"status":"pending"',
  silent: '"channel":"silent_auth","next_channel":"',
  running: '"ended_at":null',
} as const;

export function toCurl(story: Story, { api, vonage }: Where): string {
  const { troubles, channels } = story;
  const rules = toRules(story, 'fast', 0);
  const isSilent = channels[0] === 'silent_auth';
  return [
    `API=${api}`,
    `VONAGE=${vonage}`,
    '# the faults that the simulator plays',
    `curl -s -X POST "$VONAGE/faults" ${JSON_TYPE} -d ${quote(rules)} > /dev/null`,
    '# the app starts',
    `STARTED=$(curl -s "$API/start" ${JSON_TYPE} -d ${quote(toStartBody(story))}); echo "$STARTED"`,
    `TOKEN=$(echo "$STARTED" | sed 's/.*"client_token":"\\([^"]*\\)".*/\\1/'); REQUEST_ID=\${TOKEN%%.*}`,
    '# an app gets this by push; here it polls for up to 10 s',
    `status_while() { for TRY in $(seq 50); do STATUS=$(curl -s "$API/status" ${BEARER}); echo "$STATUS" | grep -q "$1" || return 0; sleep 0.2; done; }`,
    ...(troubles.has('forged') ? forge() : []),
    ...(isSilent ? silent(story) : []),
    ...(channels.some((channel) => channel !== 'silent_auth') ? typed(story) : []),
    '# how it ended',
    `status_while '${STILL.running}'; echo "$STATUS"`,
    '',
  ].join('\n');
}

function silent({ troubles }: Story): readonly string[] {
  if (troubles.has('wifi')) {
    const body = { from: 'silent_auth', error: 'sdk_no_data_connectivity' };
    return [
      '# no mobile data: the app reports it',
      `curl -s "$API/next-workflow" ${BEARER} ${JSON_TYPE} -d ${quote(body)}; echo`,
    ];
  }
  return [
    `# Vonage's webhook brings the check_url`,
    `status_while '${STILL.pending}'; CHECK_URL=$(echo "$STATUS" | sed -n 's/.*"check_url":"\\([^"]*\\)".*/\\1/p')`,
    '# the handset follows it: several redirects, then request_id and code',
    `[ -z "$CHECK_URL" ] || CHECKED=$(curl -sL -b '' -w '\\n%{num_redirects} redirects' "$CHECK_URL"); echo "$CHECKED"`,
    '# the app submits what the handset received',
    `CODE=$(echo "$CHECKED" | grep '"code"' | head -1)`,
    `[ -z "$CODE" ] || curl -s "$API/check-code" ${BEARER} ${JSON_TYPE} -d "$CODE"${troubles.has('lost_answer') ? ' > /dev/null # the answer is lost' : '; echo'}`,
  ];
}

/** The commands do nothing when silent authentication has already ended the verification. */
function typed({ email, phoneNumber, channels }: Story): readonly string[] {
  const to = channels.includes('email') ? email : phoneNumber;
  return [
    '# the code of the fallback, if there was one',
    `status_while '${STILL.silent}'; PIN=$(curl -sG "$VONAGE/inbox" --data-urlencode ${quoteText(`to=${to}`)} | grep -o '"code":"[0-9]*","request_id":"'$REQUEST_ID | head -1 | cut -d'"' -f4)`,
    `[ -z "$PIN" ] || curl -s "$API/check-code" ${BEARER} ${JSON_TYPE} -d '{"request_id":"'$REQUEST_ID'","code":"'$PIN'"}'; echo`,
  ];
}

function forge(): readonly string[] {
  const body = `{"request_id":"'$REQUEST_ID'","type":"event","channel":"silent_auth","status":"completed"}`;
  return [
    '# an attacker without the secret sends a completed webhook',
    `curl -s "$API/webhook" ${JSON_TYPE} -H 'authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA' -d '${body}'; echo`,
  ];
}

function quote(value: unknown): string {
  return quoteText(JSON.stringify(value));
}

/** Quotes a text for sh. Within single quotes only the quote itself needs escaping. */
function quoteText(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
