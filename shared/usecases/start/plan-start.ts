/** What a start would ask of Vonage, and whether the stage allows it at all. No I/O. */

import { Problem } from '../../domain/errors.ts';
import type { PhoneNumbers } from '../../domain/ports/phone-numbers.ts';
import type { RequestedChannel, VerifyRequest } from '../../domain/ports/vonage.ts';
import type { Channel } from '../../domain/workflow.ts';
import { providerUnavailable } from '../refusals.ts';
import type { StartRequest } from './start-verification.ts';

/** What the stage says of starts. */
export interface StartRules {
  readonly workflow: readonly Channel[];
  readonly channelTimeoutSeconds: number;
  readonly codeLength: number;
  readonly coverageCheck: boolean;
  readonly afterUserRejected: 'continue' | 'stop';
  readonly countries: readonly string[];
  /** Vonage's test numbers are accepted. */
  readonly playground: boolean;
  /** Whether the stage has a `redirect_url` for web pages. */
  readonly canRedirect: boolean;
}

export interface StartPlan {
  readonly workflow: readonly Channel[];
  readonly requested: readonly RequestedChannel[];
  readonly options: Pick<VerifyRequest, 'locale' | 'result'>;
  /** Absent for test numbers. */
  readonly country?: string;
}

/** Vonage's test numbers (reference §7.5); no metadata knows them. */
const PLAYGROUND_PREFIX = '+990';

/** Vonage takes no more in one request (reference §1.3); a stage may know more to choose from. */
const MAX_CHANNELS = 3;

/**
 * Throws `request_invalid` or `phone_number_refused`; `provider_unavailable` when nothing is left of
 * the workflow without what is `switchedOff`.
 */
export function planStart(
  request: StartRequest,
  { phoneNumbers, rules }: { readonly phoneNumbers: PhoneNumbers; readonly rules: StartRules },
  switchedOff: readonly Channel[] = [],
): StartPlan {
  const { phoneNumber, email } = request;
  const isTestNumber = phoneNumber.startsWith(PLAYGROUND_PREFIX);
  const country = isTestNumber ? undefined : phoneNumbers.countryOfMobile(phoneNumber);
  const isAllowed = isTestNumber
    ? rules.playground
    : country !== undefined && rules.countries.includes(country);
  if (!isAllowed) {
    throw new Problem('phone_number_refused', 'no mobile number of an allowed country');
  }
  if (request.result === 'redirect' && !rules.canRedirect) {
    throw invalid('result', 'this stage has no redirect_url');
  }
  const chosen = isTestNumber ? testWorkflow(request, rules) : chosenWorkflow(request, rules);
  const workflow = chosen
    .filter((channel) => !switchedOff.includes(channel))
    .slice(0, MAX_CHANNELS);
  if (workflow.length === 0) throw providerUnavailable();
  if (workflow.includes('email') && email === undefined) {
    throw invalid('email', 'is needed for the channel email');
  }
  const requested = workflow.map(
    (channel): RequestedChannel => ({
      channel,
      to: channel === 'email' && email !== undefined ? email : phoneNumber,
    }),
  );
  const { locale, result } = request;
  return {
    workflow,
    requested,
    options: { result, ...(locale !== undefined && { locale }) },
    ...(country !== undefined && { country }),
  };
}

/** Vonage refuses a test number with anything but silent_auth alone. */
function testWorkflow({ channels }: StartRequest, rules: StartRules): readonly Channel[] {
  if (!rules.workflow.includes('silent_auth') || (channels && channels.join() !== 'silent_auth')) {
    throw new Problem('phone_number_refused', 'a test number goes with silent_auth alone');
  }
  return ['silent_auth'];
}

function chosenWorkflow({ channels, email }: StartRequest, rules: StartRules): readonly Channel[] {
  if (!channels) {
    const known = rules.workflow.filter((channel) => channel !== 'email' || email !== undefined);
    if (known.length === 0) throw invalid('email', 'is needed for the channel email');
    return known;
  }
  if (channels.some((channel) => !rules.workflow.includes(channel))) {
    throw invalid('channels', 'holds a channel that this stage does not have');
  }
  const inOrder = channels.map((channel) => rules.workflow.indexOf(channel));
  if (inOrder.some((place, index) => index > 0 && place <= (inOrder[index - 1] ?? -1))) {
    throw invalid('channels', "must keep the order of the stage's workflow");
  }
  return channels;
}

function invalid(field: string, reason: string): Problem {
  return new Problem('request_invalid', 'the start cannot be planned', {
    errors: [{ field, reason }],
  });
}
