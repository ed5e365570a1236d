/** The button that takes the next step when a person leads. */

import { find, setText } from './dom.ts';
import type { NextButton } from './pace.ts';

export function createNextButton(): NextButton {
  const button = find('next', HTMLButtonElement);
  const text = find('next-text', HTMLSpanElement);
  let pressed: (() => void) | undefined;
  button.addEventListener('click', () => pressed?.());
  return {
    ask(what) {
      setText(text, what);
      button.hidden = false;
      return new Promise((resolve) => {
        pressed = resolve;
      });
    },
    hide() {
      pressed = undefined;
      button.hidden = true;
    },
  };
}
