/**
 * request.sh and check-verification-code.sh as one program on the client package.
 *
 *   npm install ./silent-auth-client-….tgz && node verify.mjs
 *
 * VERIFY_NUMBER, VERIFY_TO_EMAIL: as for request.sh. SILENT_AUTH_API, SILENT_AUTH_TOKEN: a deployment.
 */

import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { ClientProblem, createClient } from 'silent-auth-client';

const {
  VERIFY_NUMBER: phoneNumber = '+447700900178',
  VERIFY_TO_EMAIL: email,
  SILENT_AUTH_API: apiUrl = 'http://127.0.0.1:3000',
  SILENT_AUTH_TOKEN: startToken,
} = process.env;
const MAX_HOPS = 15;

/** As the phone does, but over any network: hop by hop, with cookies. */
async function openCheckUrl(checkUrl, { signal }) {
  const cookies = new Map();
  let url = checkUrl;
  for (let hop = 1; hop <= MAX_HOPS; hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie }, signal });
    console.error(`Hop ${hop}: ${new URL(url).host} answers ${response.status}`);
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name) cookies.set(name, value);
    }
    const location = response.headers.get('location');
    const body = await response.text();
    if (!location) return { http_status: response.status, response_body: body };
    url = new URL(location, url).href;
  }
  return { error: 'sdk_redirect_error' };
}

/** Asks until a code is typed or the verification ends without one. */
async function askForCode(verification, { attempts_remaining: attempts }) {
  const terminal = createInterface({ input: stdin, output: stdout });
  const code = await Promise.race([
    terminal.question(`Code that was sent to ${email} (${attempts} tries): `),
    verification.finished().then(() => undefined),
  ]);
  terminal.close();
  if (code === undefined) return;
  await verification.checkCode(code).catch((problem) => console.error(problem.message));
}

async function main() {
  const client = createClient({ apiUrl, openCheckUrl, startToken: () => startToken });
  const channels = email ? ['silent_auth', 'email'] : ['silent_auth'];
  const verification = await client.start({ phoneNumber, email, channels });
  console.error(`Started: request_id ${verification.requestId}`);
  for await (const _ of verification.updates()) {
    const { action } = verification.current; // while somebody typed, more may have happened
    if (action?.type === 'submit_code') await askForCode(verification, action);
  }
  console.log(JSON.stringify(verification.current, null, 2));
  if (verification.current.status !== 'completed') process.exitCode = 1;
}

main().catch((error) => {
  const isOurs = error instanceof ClientProblem;
  console.error(isOurs ? `${error.code}: ${error.message} (${apiUrl})` : error);
  process.exitCode = 1;
});
