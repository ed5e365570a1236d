/** The panel for choosing a story: presets, faults, channels. */

import { create, createIcon, find, setText } from './dom.ts';
import type { PaceName } from './pace.ts';
import {
  CHANNELS,
  channelName,
  PRESETS,
  type Preset,
  type Story,
  type TroubleName,
  toAddresses,
} from './story.ts';
import { TROUBLES } from './troubles.ts';

export interface StoryPanel {
  /** The current choice. */
  readonly story: Story;
  readonly pace: PaceName;
  /** Fills the form. */
  choose(preset: Preset): void;
  /** Picks another number for the chosen preset, if one is chosen. */
  refresh(): void;
}

const WIDE = '(min-width: 1100px)';

/** @param onChange called on every choice */
export function createStoryPanel(onChange: (story: Story) => void): StoryPanel {
  const number = find('number', HTMLInputElement);
  const email = find('email', HTMLInputElement);
  const box = find('troubles-box', HTMLDetailsElement);
  const count = find('troubles-count', HTMLSpanElement);
  const presets = new Map<Preset, HTMLButtonElement>();
  const channels = new Map(CHANNELS.map((channel) => [channel, createChannel(channel)]));
  const switches = new Map(TROUBLES.map(({ name, label }) => [name, createSwitch(name, label)]));

  function createPreset(preset: Preset): HTMLLIElement {
    const button = create(
      'button',
      { class: 'preset', attributes: { type: 'button', 'aria-pressed': 'false' } },
      createIcon(preset.icon),
      create(
        'span',
        {},
        create('strong', { text: preset.title }),
        create('span', { text: preset.text }),
      ),
    );
    button.dataset.tone = preset.tone;
    button.addEventListener('click', () => choose(preset));
    presets.set(preset, button);
    return create('li', {}, button);
  }

  function choose(preset: Preset): void {
    const addresses = toAddresses(preset);
    number.value = addresses.phoneNumber;
    email.value = addresses.email;
    for (const [name, input] of channels) input.checked = preset.channels.includes(name);
    for (const [other, button] of presets) {
      button.setAttribute('aria-pressed', String(other === preset));
    }
    changed();
  }

  function read(): Story {
    const chosen = [...channels].filter(([, { checked }]) => checked).map(([name]) => name);
    const troubles = [...switches].filter(([, { checked }]) => checked).map(([name]) => name);
    return {
      phoneNumber: number.value.replace(/[\s()-]/g, ''),
      email: email.value.trim(),
      channels: chosen,
      troubles: new Set<TroubleName>(troubles),
    };
  }

  function changed(): void {
    const story = read();
    count.hidden = story.troubles.size === 0;
    setText(count, String(story.troubles.size));
    onChange(story);
  }

  find('presets', HTMLUListElement).append(...PRESETS.map(createPreset));
  for (const group of new Set(TROUBLES.map((trouble) => trouble.group))) {
    const rows = TROUBLES.filter((trouble) => trouble.group === group);
    find('troubles', HTMLDivElement).append(
      create(
        'fieldset',
        {},
        create('legend', { text: group }),
        ...rows.flatMap(({ name }) => switches.get(name)?.parentElement ?? []),
      ),
    );
  }
  for (const input of channels.values()) {
    if (input.parentElement) find('channel-list', HTMLDivElement).append(input.parentElement);
  }
  box.open = matchMedia(WIDE).matches;
  for (const input of [...channels.values(), ...switches.values()]) {
    input.addEventListener('change', changed);
  }
  for (const input of [number, email]) {
    input.addEventListener('input', () => {
      for (const button of presets.values()) button.setAttribute('aria-pressed', 'false');
      changed();
    });
  }

  return {
    get story() {
      return read();
    },
    get pace() {
      const chosen = document.querySelector<HTMLInputElement>('input[name=pace]:checked');
      return chosen?.value === 'step' || chosen?.value === 'fast' ? chosen.value : 'watch';
    },
    choose,
    refresh() {
      const chosen = PRESETS.find((preset) => isPressed(presets.get(preset)));
      if (chosen) choose(chosen);
    },
  };
}

function isPressed(button: HTMLButtonElement | undefined): boolean {
  return button?.getAttribute('aria-pressed') === 'true';
}

function createChannel(channel: string): HTMLInputElement {
  const input = create('input', { attributes: { type: 'checkbox', value: channel } });
  create('label', { class: 'chip' }, input, create('span', { text: channelName(channel) }));
  return input;
}

function createSwitch(name: string, label: string): HTMLInputElement {
  const input = create('input', { attributes: { type: 'checkbox', role: 'switch', name } });
  create('label', { class: 'switch' }, input, create('span', { text: label }));
  return input;
}
