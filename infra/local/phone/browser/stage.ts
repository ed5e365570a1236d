/**
 * One story from the press of Verify to its end: actions of the phone and of the person, and what
 * the page shows. It does not depend on the page: `app.ts` implements the view.
 */

import { isFinal, type VerificationObject } from '../../../../shared/client/contract.ts';
import { ClientProblem } from '../../../../shared/client/problem.ts';
import { watchInbox } from './inbox-watcher.ts';
import type { SocketState } from './observed-socket.ts';
import type { Pace } from './pace.ts';
import type { InboxMessage, PageApi, SimulatorCall, StoredItem } from './page-api.ts';
import { type Play, type PlayTimes, play } from './play.ts';
import { proofContent } from './proof-content.ts';
import type { Story } from './story.ts';
import type { Facts } from './troubles.ts';
import type { Wire } from './wire.ts';

/** The visible part of a story. */
export interface View {
  /** The start was refused: the form is shown again. */
  showRefusal(error: unknown): void;
  showVerification(verification: VerificationObject): void;
  /** Without an error: removes the shown problem. */
  showProblem(error?: unknown): void;
  showNote(text: string, tone?: 'bad'): void;
  showSocket(state: SocketState): void;
  showNetwork(name: string): void;
  showAsleep(isAsleep: boolean): void;
  /** Adds an arrived message to the inbox. */
  showMessage(message: InboxMessage): void;
  /** Shows the message on top of the phone; without a message: hides it. */
  showNotification(message?: InboxMessage): void;
  /** Types the code into the field. */
  fillCode(code: string): void;
  showItem(item: StoredItem, verification: VerificationObject | undefined): void;
  /** Called whenever the facts change. */
  showFacts(facts: Facts): void;
  /** Nothing more happens: the verification has ended, or its start was refused. */
  onOver(): void;
}

export interface StageNeeds {
  readonly api: PageApi;
  /** Address of the HTTP API. */
  readonly apiUrl: string;
  readonly pace: Pace;
  readonly wire: Wire;
  readonly view: View;
  /** @default times that a person can follow */
  readonly times?: PlayTimes;
}

export interface Stage {
  readonly story: Story;
  readonly newest: VerificationObject | undefined;
  /** The facts so far. */
  readonly facts: Facts;
  /** Called when the person begins to type; then the phone no longer fills the code in. */
  type(): void;
  checkCode(code: string): void;
  /** Fills in the code of this message and sends it, if a code is expected. */
  fill(message: InboxMessage): void;
  skipChannel(): void;
  cancel(): void;
  fetchProof(): void;
  /** Ends the story; resolves when a running verification is cancelled. */
  leave(): Promise<void>;
}

/** How long the pace `watch` shows the notification before the phone fills the code in. */
const READING_MS = 1_400;

export function beginStage(story: Story, needs: StageNeeds): Stage {
  const { api, pace, wire, view } = needs;
  const leaving = new AbortController();
  const { signal } = leaving;
  const home = story.troubles.has('wifi') ? 'Wi-Fi' : '5G';
  let newest: VerificationObject | undefined;
  let calls: readonly SimulatorCall[] = [];
  let item: StoredItem | undefined;
  let notified: InboxMessage | undefined;
  let isTyping = false;
  let isOver = false;
  /**
   * Cancel was pressed while there was nothing to cancel: before the answer to the start, or in the
   * background.
   */
  let isCancelWanted = false;
  /** Called once when a code is expected. */
  let onCodeWanted: (() => void) | undefined;

  const facts = (): Facts => ({
    verification: newest,
    messages: wire.messages,
    calls,
    events: item?.events.length ?? 0,
  });
  const isCodeWanted = (): boolean => newest?.action?.type === 'submit_code';

  function over(): void {
    if (isOver) return;
    isOver = true;
    view.showNotification();
    view.onOver();
  }

  function onVerification(verification: VerificationObject): void {
    const isFirst = newest === undefined;
    newest = verification;
    view.showProblem();
    view.showVerification(verification);
    view.showFacts(facts());
    if (item) view.showItem(item, verification);
    if (isFirst) void watchInbox(story, verification.request_id, { api, onMessage, signal });
    if (isFinal(verification)) over();
    else if (isCancelWanted) cancel();
    else if (isCodeWanted()) onCodeWanted?.();
  }

  function onProblem(error: unknown): void {
    if (signal.aborted) return;
    if (newest === undefined) {
      view.showRefusal(error);
      over();
    } else if (!isFinal(newest) || !isMismatch(error)) view.showProblem(error);
  }

  function onMessage(message: InboxMessage): void {
    view.showMessage(message);
    if (isOver) return;
    notified = message;
    isTyping = false;
    view.showNotification(message);
    readAndFill(message).catch(() => undefined);
  }

  /** Fills in the code of a message, as phones do. The message may arrive before the push. */
  async function readAndFill(message: InboxMessage): Promise<void> {
    await pace.step('Fill the code in', signal, READING_MS);
    if (!isCodeWanted()) await new Promise<void>((resolve) => (onCodeWanted = resolve));
    if (notified === message && !isTyping) fill(message);
  }

  function fill({ code }: InboxMessage): void {
    notified = undefined;
    view.showNotification();
    if (!isCodeWanted()) return;
    view.fillCode(code);
    checkCode(code);
  }

  function cancel(): void {
    isCancelWanted = playing.verification === undefined;
    act((running) => running.cancel());
  }

  function checkCode(code: string): void {
    act((running) => running.checkCode(code));
  }

  function act(task: (running: NonNullable<Play['verification']>) => Promise<unknown>): void {
    const running = playing.verification;
    if (!running || signal.aborted) return;
    view.showProblem();
    task(running).catch(onProblem);
  }

  async function fetchProof(running: NonNullable<Play['verification']>): Promise<void> {
    const { verified } = running.current;
    const { proof } = await running.proof({
      ...(verified.phone_number && { phoneNumber: story.phoneNumber }),
      ...(verified.email && { email: story.email }),
    });
    view.showNote('Proof: an ES256 JWT for your own backend');
    wire.record({
      atMs: Date.now(),
      from: 'app',
      to: 'app',
      label: 'the proof, decoded',
      outcome: 'ES256',
      tone: 'good',
      content: proofContent(proof),
    });
  }

  const unlessLeft = <Given extends readonly unknown[]>(show: (...given: Given) => void) => {
    return (...given: Given): void => {
      if (!signal.aborted) show(...given);
    };
  };

  view.showNetwork(home);
  const playing = play(
    story,
    {
      onVerification: unlessLeft(onVerification),
      onNote: unlessLeft(view.showNote),
      onSocket: unlessLeft(view.showSocket),
      onNetwork: unlessLeft((isGone) => view.showNetwork(isGone ? 'no network' : home)),
      onAsleep: unlessLeft(view.showAsleep),
      onProblem,
      onCalls: unlessLeft((known) => {
        calls = known;
        view.showFacts(facts());
      }),
      onItem: unlessLeft((read) => {
        item = read;
        view.showItem(read, newest);
        view.showFacts(facts());
      }),
    },
    needs,
  );

  return {
    story,
    get newest() {
      return newest;
    },
    get facts() {
      return facts();
    },
    type() {
      isTyping = true;
    },
    checkCode,
    fill,
    skipChannel: () => act((running) => running.nextWorkflow()),
    cancel,
    fetchProof: () => act(fetchProof),
    async leave() {
      leaving.abort(new DOMException('the story was left', 'AbortError'));
      await playing.stop();
    },
  };
}

/** A mismatch is not shown as a problem, because the text of the end explains it. */
function isMismatch(error: unknown): boolean {
  return error instanceof ClientProblem && error.code === 'request_id_mismatch';
}
