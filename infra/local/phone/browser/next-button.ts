/**
 * The button that takes the next step in the pace `step`. While the story runs it stays in place
 * and keeps the keyboard's focus; between two steps it is disabled.
 */

import { find, setText } from './dom.ts';
import { createNextSteps, type NextSteps } from './next-steps.ts';

export interface NextButton {
  readonly steps: NextSteps;
  /** Shows it and moves the focus to it. */
  begin(): void;
  /** Hides it; returns true when it had the focus. */
  end(): boolean;
}

export function createNextButton(): NextButton {
  const button = find('next', HTMLButtonElement);
  const text = find('next-text', HTMLSpanElement);
  const show = (what: string | undefined): void => {
    button.setAttribute('aria-disabled', String(what === undefined));
    setText(text, what ?? 'Wait…');
  };
  const steps = createNextSteps(show);
  button.addEventListener('click', () => steps.take());
  return {
    steps,
    begin() {
      show(undefined);
      button.hidden = false;
      button.focus({ preventScroll: true });
    },
    end() {
      const hadFocus = document.activeElement === button;
      button.hidden = true;
      return hadFocus;
    },
  };
}
