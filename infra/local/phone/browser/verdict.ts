/** The summary: one sentence about the outcome, and one for each fault that was played. */

import { isFinal, type VerificationObject } from '../../../../shared/client/contract.ts';
import { create, createIcon, find, setText } from './dom.ts';
import type { PaceName } from './pace.ts';
import { channelName, type Story, spokenName } from './story.ts';
import { type Facts, TROUBLES } from './troubles.ts';

export interface Verdict {
  begin(): void;
  show(story: Story, facts: Facts, pace: PaceName): void;
  refused(code: string): void;
}

export function createVerdict(): Verdict {
  const box = find('verdict', HTMLDivElement);
  const main = find('verdict-main', HTMLParagraphElement);
  const list = find('verdict-list', HTMLUListElement);

  return {
    begin() {
      box.dataset.tone = 'plain';
      setText(main, 'The app has asked the backend to verify the number…');
      list.hidden = true;
      list.replaceChildren();
    },
    show({ troubles }, facts, pace) {
      const { verification } = facts;
      if (!verification) return;
      const isOver = isFinal(verification);
      box.dataset.tone = isOver ? (verification.status === 'completed' ? 'good' : 'bad') : 'plain';
      setText(main, isOver ? endText(verification, pace) : runningText(verification));
      const chosen = TROUBLES.filter(({ name }) => troubles.has(name));
      const sentences = chosen.flatMap(({ name, label, explain }) => {
        const sentence = explain(facts);
        if (sentence) return [{ name, label, sentence }];
        return isOver
          ? [{ name, label, sentence: 'The story ended before this fault took effect.' }]
          : [];
      });
      const key = JSON.stringify(sentences);
      if (list.dataset.key === key) return;
      list.dataset.key = key;
      list.hidden = sentences.length === 0;
      list.replaceChildren(
        ...sentences.map(({ name, label, sentence }) => {
          const item = create(
            'li',
            { attributes: { 'data-trouble': name } },
            createIcon('check'),
            create(
              'span',
              {},
              create('strong', { text: `${label}. ` }),
              create('span', { text: sentence }),
            ),
          );
          return item;
        }),
      );
    },
    refused(code) {
      box.dataset.tone = 'bad';
      setText(
        main,
        `The backend refused the start with ${code}: Vonage was not called, so it cost nothing.`,
      );
    },
  };
}

function runningText({ channel, status, action }: VerificationObject): string {
  if (action?.type === 'open_check_url') {
    return 'Vonage has sent a check_url: the phone opens it over mobile data.';
  }
  if (action?.type === 'submit_code') {
    return `${channelName(channel)} is running: Vonage has sent a code, and the phone waits for it.`;
  }
  return status === 'checking'
    ? 'Vonage is checking the code.'
    : 'The backend has called Vonage; the next step arrives by webhook, and the backend pushes it.';
}

function endText(verification: VerificationObject, pace: PaceName): string {
  const { status, channel, verified, reason, created_at: begun, ended_at: ended } = verification;
  const passed = ended ? ((Date.parse(ended) - Date.parse(begun)) / 1000).toFixed(1) : '?';
  const seconds = `${passed} s${pace === 'watch' ? ' at watching pace' : ''}`;
  if (status === 'completed') {
    if (channel === 'silent_auth') {
      return `Verified in ${seconds}, nothing typed. The backend compared the handset’s request_id, Vonage confirmed the code, and only then was it completed.`;
    }
    const proof = verified.phone_number
      ? 'a code that was sent to the number proves it'
      : 'the code proves the address only, so verified.phone_number stays false';
    return `Verified by ${spokenName(channel)} in ${seconds}: ${proof}.`;
  }
  return `Ended as ${status}${reason ? ` (${reason})` : ''} after ${seconds}: ${endMeaning(verification)}.`;
}

function endMeaning({ status, reason }: VerificationObject): string {
  if (reason === 'number_mismatch') return 'the number belongs to another SIM';
  if (status === 'aborted')
    return 'the request_id belonged to another verification, so the backend trusted no code';
  if (status === 'cancelled') return 'the app cancelled, and late webhooks change nothing';
  if (status === 'expired') return 'the number was not proven in time';
  return 'a final status never changes, whatever arrives later';
}
