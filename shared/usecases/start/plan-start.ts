/** Plans the request to Vonage and refuses what the stage does not allow. No I/O. */

import type { StartSettings } from '../../config.ts';
import { Problem } from '../../domain/errors.ts';
import type { PhoneNumbers } from '../../domain/ports/phone-numbers.ts';
import type { RequestedChannel, VerifyRequest } from '../../domain/ports/vonage.ts';
import type { StartRequest } from '../../domain/start-request.ts';
import type { Channel } from '../../domain/workflow.ts';

export interface StartPlan {
  /**
   * Every channel that this start may use, in order; there may be more than Vonage takes in one
   * request.
   */
  readonly candidates: readonly RequestedChannel[];
  /** The channels of the body, including switched-off ones: the same for every repeat. */
  readonly asked: readonly Channel[];
  /** The channels that run; empty when operators have switched all of them off. */
  readonly workflow: readonly Channel[];
  readonly requested: readonly RequestedChannel[];
  readonly options: Pick<VerifyRequest, 'locale' | 'result'>;
  /** Absent for test numbers. */
  readonly country?: string;
}

/** Vonage's test numbers (protocol §7.5), which the metadata does not contain. */
const PLAYGROUND_PREFIX = '+990';

/** Most channels that Vonage takes in one request (protocol §1.3); a stage may list more. */
const MAX_CHANNELS = 3;

/** Throws `request_invalid` or `phone_number_refused`. */
export function planStart(request: StartRequest, { phoneNumbers, settings }: PlanNeeds): StartPlan {
  const { phoneNumber, email, locale = settings.locale, result } = request;
  const isTestNumber = phoneNumber.startsWith(PLAYGROUND_PREFIX);
  const country = isTestNumber ? undefined : phoneNumbers.countryOfMobile(phoneNumber);
  const isAllowed = isTestNumber
    ? settings.playground
    : country !== undefined && settings.countries.includes(country);
  if (!isAllowed) {
    throw new Problem('phone_number_refused', 'no mobile number of an allowed country');
  }
  if (result === 'redirect' && settings.redirectUrl === undefined) {
    throw invalid('result', 'this stage has no redirect_url');
  }
  const stage = settings.workflow.map(({ channel }) => channel);
  const chosen = isTestNumber ? testWorkflow(request, stage) : chosenWorkflow(request, stage);
  const asked = chosen.slice(0, MAX_CHANNELS);
  if (asked.includes('email')) assertMailbox(email);
  const candidates = chosen.flatMap((channel): RequestedChannel[] => {
    if (channel !== 'email') return [{ channel, to: phoneNumber }];
    return email ? [{ channel, to: email }] : [];
  });
  return {
    candidates,
    asked,
    workflow: asked,
    requested: candidates.slice(0, MAX_CHANNELS),
    options: { result, ...(locale !== undefined && { locale }) },
    ...(country !== undefined && { country }),
  };
}

export interface PlanNeeds {
  readonly phoneNumbers: PhoneNumbers;
  readonly settings: Pick<
    StartSettings,
    'workflow' | 'countries' | 'playground' | 'redirectUrl' | 'locale'
  >;
}

/** The plan without switched-off channels; the next candidates take their place. */
export function withoutChannels(plan: StartPlan, switchedOff: readonly Channel[]): StartPlan {
  const requested = plan.candidates
    .filter(({ channel }) => !switchedOff.includes(channel))
    .slice(0, MAX_CHANNELS);
  return { ...plan, requested, workflow: requested.map(({ channel }) => channel) };
}

/** Vonage accepts a test number with silent_auth alone only. */
function testWorkflow({ channels }: StartRequest, stage: readonly Channel[]): readonly Channel[] {
  if (!stage.includes('silent_auth') || (channels && channels.join() !== 'silent_auth')) {
    throw new Problem('phone_number_refused', 'a test number goes with silent_auth alone');
  }
  return ['silent_auth'];
}

function chosenWorkflow(
  { channels, email }: StartRequest,
  stage: readonly Channel[],
): readonly Channel[] {
  if (!channels) {
    const known = stage.filter((channel) => channel !== 'email' || email !== undefined);
    if (known.length === 0) throw invalid('email', 'is needed for the channel email');
    return known;
  }
  if (channels.some((channel) => !stage.includes(channel))) {
    throw invalid('channels', 'holds a channel that this stage does not have');
  }
  const inOrder = channels.map((channel) => stage.indexOf(channel));
  if (inOrder.some((place, index) => index > 0 && place <= (inOrder[index - 1] ?? -1))) {
    throw invalid('channels', "must keep the order of the stage's workflow");
  }
  return channels;
}

function assertMailbox(email: string | undefined): void {
  if (email === undefined) throw invalid('email', 'is needed for the channel email');
  if (email === '') throw invalid('email', 'must be an e-mail address of at most 254 characters');
}

function invalid(field: string, reason: string): Problem {
  return new Problem('request_invalid', 'the start cannot be planned', {
    errors: [{ field, reason }],
  });
}
