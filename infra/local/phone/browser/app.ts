/** Entry point of the phone page: connects the form, the phone, the diagram and the panels. */

import { ClientProblem } from '../../../../shared/client/problem.ts';
import { toCurl } from './curl.ts';
import { createDiagram } from './diagram.ts';
import { find, setText } from './dom.ts';
import { createInbox } from './inbox.ts';
import { createItemView } from './item-view.ts';
import { createNextButton } from './next-button.ts';
import { createNotification } from './notification.ts';
import { createPace } from './pace.ts';
import { createPageApi } from './page-api.ts';
import { createPhone } from './phone.ts';
import { beginStage, type Stage, type View } from './stage.ts';
import { PRESETS } from './story.ts';
import { storyFaults } from './story-faults.ts';
import { createStoryPanel } from './story-panel.ts';
import { followTheme } from './theme.ts';
import { createVerdict } from './verdict.ts';
import { createWire } from './wire.ts';

followTheme();
const api = createPageApi(location.origin);
const diagram = createDiagram();
const verdict = createVerdict();
const itemView = createItemView();
const nextButton = createNextButton();
const notification = createNotification((message) => stage?.fill(message));
const inbox = createInbox((message) => stage?.fill(message));
const panel = createStoryPanel(() => setText(find('copied', HTMLElement), ''));
const phone = createPhone({
  onVerify: () => void begin(),
  onCode: (code) => stage?.checkCode(code),
  onTyping: () => stage?.type(),
  onOtherChannel: () => stage?.skipChannel(),
  onCancel: () => stage?.cancel(),
  onProof: () => stage?.fetchProof(),
  onFallback: beginFallback,
  onAgain: beginAgain,
});
const wire = createWire((message, index) => {
  diagram.show(message, index);
  const count = wire.messages.length;
  setText(find('wire-summary', HTMLElement), count === 0 ? '' : `${count} messages`);
  if (stage) showFacts(stage);
});
/** The story that is shown; it is running or has ended. */
let stage: Stage | undefined;

async function begin(): Promise<void> {
  await leave();
  const { story, pace } = panel;
  const faults = storyFaults(story);
  if (faults.length > 0) return phone.problem.showFaults(faults);
  wire.clear();
  itemView.clear();
  inbox.begin(story);
  diagram.begin(Date.now());
  verdict.begin();
  phone.showStart(story);
  if (pace === 'step') nextButton.begin();
  stage = beginStage(story, {
    api,
    apiUrl: location.origin,
    pace: createPace(pace, nextButton.steps),
    wire,
    view: createView(() => stage),
  });
}

function createView(current: () => Stage | undefined): View {
  return {
    showRefusal(error) {
      phone.showForm();
      verdict.refused(error instanceof ClientProblem ? error.code : 'no answer');
      phone.problem.show(error, lastDetail());
    },
    showVerification: (verification) => phone.show(verification, panel.story),
    showProblem: (error) =>
      error === undefined ? phone.problem.clear() : phone.problem.show(error, lastDetail()),
    showNote: phone.note,
    showSocket: phone.setSocket,
    showNetwork: phone.setNetwork,
    showAsleep: phone.setAsleep,
    showMessage: inbox.add,
    showNotification: notification.show,
    fillCode: phone.fillCode,
    showItem: itemView.show,
    showFacts() {
      const shown = current();
      if (shown) showFacts(shown);
    },
    onOver() {
      if (nextButton.end()) phone.focusTitle();
    },
  };
}

function showFacts({ story, facts }: Stage): void {
  if (facts.verification) verdict.show(story, facts, panel.pace);
}

/** `detail` of the last problem that the API answered. */
function lastDetail(): string {
  const content = wire.messages.findLast(({ to, tone }) => to === 'app' && tone === 'bad')?.content;
  const body = typeof content === 'object' && content && 'body' in content ? content.body : null;
  return typeof body === 'object' && body && 'detail' in body ? String(body.detail) : '';
}

function beginFallback(): void {
  const preset = PRESETS.find(({ tone }) => tone === 'code');
  if (!preset) return;
  panel.choose(preset);
  void begin();
}

function beginAgain(): void {
  panel.refresh();
  void leave();
}

/** Resolves when the shown story has ended and is removed. */
async function leave(): Promise<void> {
  const left = stage;
  stage = undefined;
  nextButton.end();
  notification.show();
  phone.setSocket('none');
  phone.setNetwork('5G');
  phone.setAsleep(false);
  phone.showForm();
  await left?.leave();
}

async function copyCurl(): Promise<void> {
  const lines = toCurl(panel.story, await api.readWhere());
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
