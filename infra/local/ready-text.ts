/** The text that `npm start` prints when everything runs: addresses, and what to try next. */
import type { Endpoints } from './endpoints.ts';

/**
 * A documentation number (Ofcom), which nobody has. Its even last digit makes the simulated carrier
 * confirm it.
 */
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

  Dashboards       ${api}/dashboard  (with every alarm, drawn from local data)

  HTTP API         ${api}
  WebSocket API    ${websocket}
  Vonage           ${vonage}
  DynamoDB         ${dynamodb}
  Secrets Manager  ${secretsmanager}
  EventBridge      ${secretsmanager}/_local/events  (the events on your bus)
  All addresses    ${folder}/endpoints.json; the functions' logs: ${folder}/logs

Verify a phone number (its last digit decides: even completes, odd is rejected, 99 fails):

  STARTED=$(curl -s ${api}/start ${json} -d '{"phone_number":"${EXAMPLE_NUMBER}"}'); echo "$STARTED"
  TOKEN=$(echo "$STARTED" | sed 's/.*"client_token":"\\([^"]*\\)".*/\\1/'); sleep 1
  CHECK_URL=$(curl -s ${api}/status ${bearer} | sed 's/.*"check_url":"\\([^"]*\\)".*/\\1/')
  CHECKED=$(curl -sL "$CHECK_URL"); echo "$CHECKED"
  curl -s ${api}/check-code ${bearer} ${json} -d "$CHECKED"

Ctrl-C ends it.
`;
}
