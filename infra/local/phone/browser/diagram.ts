/** The sequence diagram: one row per message, sorted by time; a click shows the JSON. */

import { create, createJson, find } from './dom.ts';
import type { Party, WireMessage } from './wire.ts';

export interface Diagram {
  /** Adds the row of a message at its index; without a message it empties the diagram. */
  show(message?: WireMessage, index?: number): void;
  /** Sets time 0 of the following rows: the moment of the button press. */
  begin(atMs: number): void;
}

const NAMES: Readonly<Record<Party, string>> = {
  app: 'app',
  backend: 'backend',
  vonage: 'Vonage',
  intruder: 'attacker',
};

/** The column of each party. */
const LANES: Readonly<Record<Party, number>> = { app: 1, backend: 2, vonage: 3, intruder: 3 };

/** Shown before the first press: the outline of a silent verification. */
const GHOST: readonly (readonly [Party, Party])[] = [
  ['app', 'backend'],
  ['backend', 'vonage'],
  ['backend', 'app'],
  ['vonage', 'backend'],
  ['backend', 'app'],
  ['app', 'vonage'],
  ['vonage', 'app'],
  ['app', 'backend'],
  ['backend', 'vonage'],
  ['backend', 'app'],
];

export function createDiagram(): Diagram {
  const list = find('diagram', HTMLOListElement);
  const scroll = find('diagram-scroll', HTMLDivElement);
  const empty = find('diagram-empty', HTMLOListElement);
  let startedAtMs = 0;
  let count = 0;

  for (const [from, to] of GHOST) empty.append(create('li', {}, createArrow(from, to, 'plain')));

  return {
    begin(atMs) {
      startedAtMs = atMs;
    },
    show(message, index = 0) {
      empty.hidden = message !== undefined;
      if (!message) return list.replaceChildren();
      const wasAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
      count += 1;
      list.insertBefore(createRow(message, startedAtMs, count), list.children[index] ?? null);
      if (wasAtEnd) scroll.scrollTop = scroll.scrollHeight;
    },
  };
}

function createRow(message: WireMessage, startedAtMs: number, count: number): HTMLLIElement {
  const { from, to, label, outcome = '', tone, atMs } = message;
  const id = `message-${count}`;
  const pre = createJson(`${label} as JSON`);
  pre.id = id;
  pre.hidden = true;
  const passed = Math.max(0, atMs - startedAtMs);
  const button = create(
    'button',
    {
      class: 'row',
      attributes: { type: 'button', 'aria-expanded': 'false', 'aria-controls': id },
    },
    create('span', { class: 'time', text: formatMs(passed) }),
    create('span', { class: 'hidden-text', text: `${NAMES[from]} to ${NAMES[to]}: ` }),
    create(
      'span',
      { class: 'label' },
      create('span', { class: 'label-name', text: label }),
      ...(outcome === '' ? [] : [create('span', { class: 'outcome', text: outcome })]),
    ),
    createArrow(from, to, tone),
  );
  button.dataset.tone = tone;
  button.dataset.span = spanOf(from, to);
  button.addEventListener('click', () => {
    pre.textContent ||= JSON.stringify(message.content, null, 2);
    pre.hidden = !pre.hidden;
    button.setAttribute('aria-expanded', String(!pre.hidden));
    pre.scrollIntoView({ block: 'nearest' });
  });
  return create('li', {}, button, pre);
}

function createArrow(from: Party, to: Party, tone: WireMessage['tone']): HTMLSpanElement {
  const arrow = create('span', { class: 'arrow', attributes: { 'aria-hidden': 'true' } });
  arrow.dataset.span = spanOf(from, to);
  arrow.dataset.way = LANES[from] <= LANES[to] ? 'right' : 'left';
  arrow.dataset.from = from;
  arrow.dataset.tone = tone;
  return arrow;
}

/** The columns that the arrow spans, such as `1-2`. */
function spanOf(from: Party, to: Party): string {
  return `${Math.min(LANES[from], LANES[to])}-${Math.max(LANES[from], LANES[to])}`;
}

function formatMs(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(2)} s`;
}
