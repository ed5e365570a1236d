/** A running stack of the fixture assembly. */
import { type Stack, type StackOptions, startStack } from '../../../infra/local/stack.ts';
import {
  fixtureResources,
  makeTemporaryFolder,
  writeAssembly,
} from '../../fixtures/fixture-assembly.ts';
import { PATIENCE } from '../../fixtures/patience.ts';
import { type RawAnswer, type RawCall, sendRaw } from '../../fixtures/raw-http.ts';

export function startFixture(options: Partial<StackOptions> = {}): Promise<Stack> {
  return startStack({
    localFolder: makeTemporaryFolder(),
    assemblyFolder: writeAssembly(fixtureResources()),
    // Nothing listens there: the fixture's functions never call Vonage.
    vonageBaseUrl: 'http://127.0.0.1:9',
    patience: PATIENCE.patience,
    ...options,
  });
}

/** What the fixture's function is to do, as a request. */
export function order(what: object, headers: RawCall['headers'] = {}): RawCall {
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(what),
  };
}

export function callAct({ endpoints }: Stack, what: object = {}): Promise<RawAnswer> {
  return sendRaw(`${endpoints.api}/act`, order(what));
}

/** What the function says about the request and about itself. */
export async function act(stack: Stack, what: object = {}) {
  return JSON.parse((await callAct(stack, what)).text);
}
