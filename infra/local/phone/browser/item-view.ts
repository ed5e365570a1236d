/**
 * Shows the verification's DynamoDB item: its log, its expiry, and the status that follows from the
 * log.
 */

import type { VerificationObject } from '../../../../shared/client/contract.ts';
import { create, createJson, find, setText } from './dom.ts';
import type { StoredItem } from './page-api.ts';

/** Texts for events that have no members. */
const WORDS: Readonly<Record<string, string>> = {
  reported: 'the app reported check_url_rejected',
  cancelled: 'by the app',
  aborted: 'request_id_mismatch',
  deadline: 'the time was up',
  notified: 'end published on the event bus',
};

export interface ItemView {
  show(item: StoredItem, verification: VerificationObject | undefined): void;
  clear(): void;
}

export function createItemView(): ItemView {
  const content = find('item-content', HTMLDivElement);
  const empty = find('item-empty', HTMLParagraphElement);
  const facts = find('item-facts', HTMLDListElement);
  const log = find('log', HTMLOListElement);
  const json = createJson('The item as JSON');
  find('item-json', HTMLDivElement).append(json);

  function toggle(hasItem: boolean): void {
    content.hidden = !hasItem;
    empty.hidden = hasItem;
  }

  return {
    clear: () => toggle(false),
    show(item, verification) {
      toggle(true);
      facts.replaceChildren(
        ...createFact('request_id', item.request_id),
        ...createFact('seq', verification ? `${verification.seq}, ${verification.status}` : '–'),
        ...createFact('ends by', verification ? formatTime(verification.expires_at) : '–'),
        ...createFact('ttl', formatTime(new Date(item.ttl * 1000).toISOString())),
        ...createFact('connections', String(item.connections?.length ?? 0)),
      );
      const firstMs = Math.min(...item.events.map(({ at }) => Number(at)));
      log.replaceChildren(...item.events.map((event) => createEvent(event, firstMs)));
      setText(json, JSON.stringify(item, null, 2));
    },
  };
}

function createFact(name: string, value: string): readonly HTMLElement[] {
  return [create('dt', { text: name }), create('dd', { text: value })];
}

function createEvent(event: Readonly<Record<string, unknown>>, firstMs: number): HTMLLIElement {
  const { type, at, ...rest } = event;
  const details = Object.entries(rest)
    .filter(([name]) => !name.endsWith('_hash') && name !== 'timeout' && name !== 'code_length')
    .map(([name, value]) => (name === 'n' ? '' : Array.isArray(value) ? value.join(', ') : value))
    .filter((text) => text !== '')
    .join(' · ');
  return create(
    'li',
    {},
    create('span', { class: 'time', text: `+${Math.max(0, Number(at) - firstMs)} ms` }),
    create('code', { text: String(type) }),
    create('span', { class: 'event-details', text: details || (WORDS[String(type)] ?? '') }),
  );
}

function formatTime(iso: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(iso));
}
