/** The page: a phone, what goes wrong, and everything that travels because of it. */

import { isFinal, type VerificationObject } from '../../../../shared/client/contract.ts';
import { ClientProblem } from '../../../../shared/client/problem.ts';
import { toCurl } from './curl.ts';
import { createDiagram } from './diagram.ts';
import { find, setText } from './dom.ts';
import { createInbox } from './inbox.ts';
import { createItemView } from './item-view.ts';
import { createNextButton } from './next-button.ts';
import { createNotification } from './notification.ts';
import { createPace, type Pace } from './pace.ts';
import { readWhere, type SimulatorCall, type StoredItem } from './page-api.ts';
import { createPhone } from './phone.ts';
import { type Play, play } from './play.ts';
import { proofContent } from './proof-content.ts';
import { PRESETS, type Story } from './story.ts';
import { createStoryPanel } from './story-panel.ts';
import { followTheme } from './theme.ts';
import { createVerdict } from './verdict.ts';
import { createWire } from './wire.ts';

followTheme();
const diagram = createDiagram();
const verdict = createVerdict();
const itemView = createItemView();
const notification = createNotification();
const nextButton = createNextButton();
const inbox = createInbox(
  (message) => {
    if (!stage) return;
    notification.show(message, stage.pace, stage.signal).catch(() => undefined);
  },
  (message) => notification.fill(message),
);
const panel = createStoryPanel(() => setText(find('copied', HTMLElement), ''));
const phone = createPhone({
  onVerify: () => void begin(),
  onCode: (code) => act((running) => running.checkCode(code)),
  onOtherChannel: () => act((running) => running.nextWorkflow()),
  onCancel: () => act((running) => running.cancel()),
  onProof: showProof,
  onFallback: beginFallback,
  onAgain: beginAnew,
});
const wire = createWire((message, index) => {
  diagram.show(message, index);
  const count = wire.messages.length;
  setText(find('wire-summary', HTMLElement), count === 0 ? '' : `${count} messages`);
  judge();
});

/** The story that is on stage, with what is known of it. */
interface Stage {
  readonly story: Story;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly end: () => void;
  play?: Play;
  newest?: VerificationObject;
  calls: readonly SimulatorCall[];
  item?: StoredItem;
}
let stage: Stage | undefined;

async function begin(): Promise<void> {
  await leave();
  const { story, pace: name } = panel;
  const ending = new AbortController();
  const current: Stage = {
    story,
    pace: createPace(name, nextButton),
    signal: ending.signal,
    end: () => ending.abort(),
    calls: [],
  };
  stage = current;
  wire.clear();
  inbox.clear();
  itemView.clear();
  diagram.begin(Date.now());
  verdict.begin();
  phone.setNetwork(story.troubles.has('wifi') ? 'Wi-Fi' : '5G');
  phone.showStart(story);
  const ours = <Arguments extends readonly unknown[]>(hear: (...given: Arguments) => void) => {
    return (...given: Arguments): void => void (stage === current && hear(...given));
  };
  current.play = play(story, current.pace, wire, {
    onVerification: ours((verification) => showVerification(current, verification)),
    onNote: ours(phone.note),
    onSocket: ours(phone.setSocket),
    onNetwork: ours((isGone) =>
      phone.setNetwork(isGone ? 'no network' : story.troubles.has('wifi') ? 'Wi-Fi' : '5G'),
    ),
    onAsleep: ours(phone.setAsleep),
    onProblem: ours((error) => showProblem(current, error)),
    onCalls: ours((calls) => {
      current.calls = calls;
      judge();
    }),
    onItem: ours((item) => {
      current.item = item;
      itemView.show(item, current.newest);
      judge();
    }),
  });
}

function showVerification(current: Stage, verification: VerificationObject): void {
  const isFirst = current.newest === undefined;
  current.newest = verification;
  phone.problem.clear();
  phone.show(verification, current.story);
  if (current.item) itemView.show(current.item, verification);
  if (isFirst) void inbox.watch(current.story, verification.request_id, current.signal);
  if (isFinal(verification)) notification.hide();
  judge();
}

function showProblem(current: Stage, error: unknown): void {
  if (current.signal.aborted) return;
  const isEnd = current.newest !== undefined && isFinal(current.newest);
  // The end says the same in words for people: nothing is shown twice.
  if (isEnd && error instanceof ClientProblem && error.code === 'request_id_mismatch') return;
  if (current.newest === undefined) {
    phone.showForm();
    verdict.refused(error instanceof ClientProblem ? error.code : 'no answer');
  }
  phone.problem.show(error, lastDetail());
}

/** `detail` of the problem that was answered last, as the contract gives it. */
function lastDetail(): string {
  const content = wire.messages.findLast(({ to, tone }) => to === 'app' && tone === 'bad')?.content;
  const body = typeof content === 'object' && content && 'body' in content ? content.body : null;
  return typeof body === 'object' && body && 'detail' in body ? String(body.detail) : '';
}

function judge(): void {
  if (!stage?.newest) return;
  const facts = {
    verification: stage.newest,
    messages: wire.messages,
    calls: stage.calls,
    events: stage.item?.events.length ?? 0,
  };
  verdict.show(stage.story, facts, stage.pace.name);
}

type Running = NonNullable<Play['verification']>;

function act(task: (running: Running) => Promise<unknown>): void {
  const current = stage;
  const running = current?.play?.verification;
  if (!current || !running) return;
  phone.problem.clear();
  task(running).catch((error) => stage === current && showProblem(current, error));
}

function showProof(): void {
  const story = stage?.story;
  if (!story) return;
  act(async (running) => {
    const { verified } = running.current;
    const { proof } = await running.proof({
      ...(verified.phone_number && { phoneNumber: story.phoneNumber }),
      ...(verified.email && { email: story.email }),
    });
    phone.note('Proof: an ES256 JWT for your own backend');
    wire.record({
      atMs: Date.now(),
      from: 'app',
      to: 'app',
      label: 'the proof, decoded',
      outcome: 'ES256',
      tone: 'good',
      content: proofContent(proof),
    });
  });
}

function beginFallback(): void {
  const preset = PRESETS.find(({ tone }) => tone === 'code');
  if (!preset) return;
  panel.choose(preset);
  void begin();
}

function beginAnew(): void {
  panel.refresh();
  void leave();
}

/** Resolves when nothing of the story that was on stage is left. */
async function leave(): Promise<void> {
  const left = stage;
  stage = undefined;
  left?.end();
  nextButton.hide();
  notification.hide();
  phone.setSocket('none');
  phone.setNetwork('5G');
  phone.setAsleep(false);
  phone.showForm();
  await left?.play?.stop();
}

async function copyCurl(): Promise<void> {
  const lines = toCurl(panel.story, await readWhere());
  await navigator.clipboard.writeText(lines);
  setText(find('copied', HTMLElement), `Copied ${lines.trim().split('\n').length} lines for sh.`);
}

find('copy-curl', HTMLAnchorElement).addEventListener('click', (event) => {
  event.preventDefault();
  copyCurl().catch(() =>
    setText(find('copied', HTMLElement), 'The clipboard is not allowed here.'),
  );
});
const [first] = PRESETS;
if (first) panel.choose(first);
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
for (const id of ['clock', 'asleep-clock']) {
  setText(find(id, HTMLSpanElement), clock.format(new Date()));
}
