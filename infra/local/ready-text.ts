/** What `npm start` says when everything runs: where, and what to try next. */
import type { Endpoints } from './endpoints.ts';

/** Nobody has it (Ofcom); its even last digit makes the simulated carrier agree. */
const EXAMPLE_NUMBER = '+447700900178';

export interface ReadyDetails {
  readonly seconds: string;
  /** The stack's folder, as the user would write it. */
  readonly folder: string;
}

export function toReadyText(endpoints: Endpoints, { seconds, folder }: ReadyDetails): string {
  const { api, websocket, vonage, dynamodb, secretsmanager } = endpoints;
  const json = "-H 'content-type: application/json'";
  const bearer = '-H "authorization: Bearer $TOKEN"';
  return `
Ready after ${seconds} s.

  A phone to try   ${api}  (open it in a browser)

  Dashboards       ${api}/dashboard  (and every alarm, from what runs here)

  HTTP API         ${api}
  WebSocket API    ${websocket}
  Vonage           ${vonage}
  DynamoDB         ${dynamodb}
  Secrets Manager  ${secretsmanager}
  EventBridge      ${secretsmanager}/_local/events  (what your bus has got)
  All of it        ${folder}/endpoints.json; the functions' logs: ${folder}/logs

Verify a phone number (its last digit decides: even completes, odd is rejected, 99 fails):

  STARTED=$(curl -s ${api}/start ${json} -d '{"phone_number":"${EXAMPLE_NUMBER}"}'); echo "$STARTED"
  TOKEN=$(echo "$STARTED" | sed 's/.*"client_token":"\\([^"]*\\)".*/\\1/'); sleep 1
  CHECK_URL=$(curl -s ${api}/status ${bearer} | sed 's/.*"check_url":"\\([^"]*\\)".*/\\1/')
  CHECKED=$(curl -sL "$CHECK_URL"); echo "$CHECKED"
  curl -s ${api}/check-code ${bearer} ${json} -d "$CHECKED"

Ctrl-C ends it.
`;
}
