/** The phone's display: the form, the running verification, the code, the end. */

import type { VerificationObject } from '../../../../shared/client/contract.ts';
import { createCountdown } from './countdown.ts';
import { create, find, setText } from './dom.ts';
import type { SocketState } from './observed-socket.ts';
import { createProblemBox, type ProblemBox } from './problem-box.ts';
import { channelName, type Story } from './story.ts';
import { toWords } from './words.ts';

export interface PhoneEvents {
  readonly onVerify: () => void;
  readonly onCode: (code: string) => void;
  /** The person begins to type a code. */
  readonly onTyping: () => void;
  readonly onOtherChannel: () => void;
  readonly onCancel: () => void;
  readonly onProof: () => void;
  readonly onFallback: () => void;
  readonly onAgain: () => void;
}

export interface Phone {
  readonly problem: ProblemBox;
  showForm(): void;
  showStart(story: Story): void;
  show(verification: VerificationObject, story: Story): void;
  note(text: string, tone?: 'bad'): void;
  setSocket(state: SocketState): void;
  setNetwork(name: string): void;
  setAsleep(isAsleep: boolean): void;
  fillCode(code: string): void;
  focusTitle(): void;
}

const SOCKETS: Readonly<Record<SocketState, string>> = {
  none: 'no socket',
  connecting: 'connecting',
  open: 'live',
  lost: 'lost',
};
const FINAL_BADGES = ['good', 'bad'];

export function createPhone(events: PhoneEvents): Phone {
  const form = find('screen-form', HTMLFormElement);
  const run = find('screen-run', HTMLDivElement);
  const title = find('run-title', HTMLHeadingElement);
  const text = find('run-text', HTMLParagraphElement);
  const badge = find('badge', HTMLDivElement);
  const workflow = find('workflow', HTMLOListElement);
  const notes = find('notes', HTMLOListElement);
  const codeForm = find('code-form', HTMLFormElement);
  const code = find('code', HTMLInputElement);
  const otherChannel = find('other-channel', HTMLButtonElement);
  const after = find('after', HTMLDivElement);
  const fallback = find('fallback', HTMLButtonElement);
  const proof = find('proof', HTMLButtonElement);
  const cancel = find('cancel', HTMLButtonElement);
  const announcer = find('announcer', HTMLParagraphElement);
  const problem = createProblemBox();
  const countdown = createCountdown();

  const onClick = (button: HTMLButtonElement, act: () => void): void =>
    button.addEventListener('click', act);
  onClick(otherChannel, events.onOtherChannel);
  onClick(cancel, events.onCancel);
  code.addEventListener('input', events.onTyping);
  onClick(proof, events.onProof);
  onClick(fallback, events.onFallback);
  onClick(find('again', HTMLButtonElement), events.onAgain);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    events.onVerify();
  });
  codeForm.addEventListener('submit', (event) => {
    event.preventDefault();
    events.onCode(code.value.trim());
  });

  function focusTitle(): void {
    title.focus({ preventScroll: true });
  }

  function showRun(isRunning: boolean): void {
    form.hidden = isRunning;
    run.hidden = !isRunning;
    problem.clear();
  }

  function showWorkflow({ workflow: steps, channel: running, ...rest }: VerificationObject): void {
    workflow.replaceChildren(
      ...steps.map(({ channel, status, reason }) => {
        const isRunning = channel === running && !['unused', 'completed'].includes(status);
        const unused = rest.ended_at === null ? 'later' : 'not needed';
        const words = reason ?? (status === 'unused' ? unused : status);
        const item = create(
          'li',
          {},
          create('span', { class: 'step-name', text: channelName(channel) }),
          create('span', { class: 'step-status', text: words.replaceAll('_', ' ') }),
        );
        item.dataset.status = status;
        if (isRunning) item.setAttribute('aria-current', 'step');
        return item;
      }),
    );
  }

  return {
    problem,
    showForm() {
      showRun(false);
      countdown.stop();
    },
    showStart({ phoneNumber }) {
      showRun(true);
      notes.replaceChildren();
      workflow.replaceChildren();
      for (const element of [codeForm, after, find('verified', HTMLElement)]) element.hidden = true;
      cancel.hidden = false;
      badge.dataset.state = 'busy';
      setText(title, 'Checking your number…');
      setText(text, phoneNumber);
      focusTitle();
    },
    show(verification, story) {
      const words = toWords(verification, story);
      const isOver = FINAL_BADGES.includes(words.badge);
      const isTyping = verification.action?.type === 'submit_code';
      badge.dataset.state = words.badge;
      setText(title, words.title);
      setText(text, words.text);
      setText(announcer, `${words.title} ${words.text}`);
      showWorkflow(verification);
      if (isTyping && codeForm.hidden) code.value = '';
      codeForm.hidden = !isTyping;
      showCodeForm(verification, otherChannel);
      after.hidden = !isOver;
      cancel.hidden = isOver;
      proof.hidden = verification.status !== 'completed';
      fallback.hidden = !(
        verification.status === 'completed' && verification.channel === 'silent_auth'
      );
      showVerified(verification);
      if (isOver) countdown.stop();
      else countdown.follow(verification.next_change_at);
      if (isOver && run.contains(document.activeElement)) focusTitle();
    },
    note(words, tone) {
      const item = create('li', { text: words });
      if (tone) item.dataset.tone = tone;
      notes.append(item);
      notes.scrollTop = notes.scrollHeight;
    },
    setSocket(state) {
      find('socket', HTMLSpanElement).dataset.state = state;
      setText(find('socket-text', HTMLSpanElement), SOCKETS[state]);
    },
    setNetwork: (name) => setText(find('network', HTMLSpanElement), name),
    setAsleep(isAsleep) {
      find('asleep', HTMLDivElement).hidden = !isAsleep;
    },
    fillCode(typed) {
      code.value = typed;
    },
    focusTitle,
  };
}

function showCodeForm(
  { channel, action, next_channel: next }: VerificationObject,
  otherChannel: HTMLButtonElement,
): void {
  if (action?.type !== 'submit_code') return;
  const left = action.attempts_remaining;
  setText(
    find('code-label', HTMLSpanElement),
    `${channelName(channel)} code, ${action.code_length} digits, ${left} ${left === 1 ? 'try' : 'tries'} left`,
  );
  otherChannel.hidden = next === null;
  if (next) setText(otherChannel, `Use ${channelName(next)} instead`);
}

function showVerified({ status, verified, workflow }: VerificationObject): void {
  find('verified', HTMLElement).hidden = status !== 'completed';
  const show = (id: string, isVerified: boolean): void => {
    const element = find(id, HTMLElement);
    element.dataset.verified = String(isVerified);
    setText(element, isVerified ? 'verified' : 'not verified');
  };
  show('verified-number', verified.phone_number);
  show('verified-email', verified.email);
  const hasEmail = workflow.some(({ channel }) => channel === 'email');
  const row = find('verified-email', HTMLElement).parentElement;
  if (row) row.hidden = !hasEmail;
}
