/** Shows a problem of the contract: title, detail, code, and whether a retry makes sense. */

import { ClientProblem } from '../../../../shared/client/problem.ts';
import { find, setText } from './dom.ts';
import { FIELD_NAMES, type FieldName, type StoryFault } from './story-faults.ts';

export interface ProblemBox {
  /** Shows each fault at its field, and moves the focus to the first one. */
  showFaults(faults: readonly StoryFault[]): void;
  /** @param detail `detail` of the problem, which the client does not pass on */
  show(error: unknown, detail?: string): void;
  clear(): void;
}

/** Members of `POST /start` that have a field of their own. */
const FIELDS: Readonly<Record<string, FieldName>> = {
  phone_number: 'number',
  email: 'email',
  channels: 'channels',
};

export function createProblemBox(): ProblemBox {
  const box = find('problem', HTMLDivElement);
  const title = find('problem-title', HTMLElement);
  const detail = find('problem-detail', HTMLParagraphElement);
  const code = find('problem-code', HTMLElement);
  const retry = find('problem-retry', HTMLSpanElement);

  function clear(): void {
    box.hidden = true;
    for (const name of [...FIELD_NAMES, 'code']) showFieldError(name, '');
  }

  return {
    clear,
    showFaults(faults) {
      clear();
      for (const { field, text } of faults) showFieldError(field, text);
      document.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    },
    show(error, text = '') {
      clear();
      const isProblem = error instanceof ClientProblem;
      setText(title, sentence(isProblem ? error.message : 'The local stack did not answer'));
      setText(detail, text || (isProblem ? '' : String(error)));
      setText(code, isProblem ? `${error.status ?? ''} ${error.code}`.trim() : 'network_error');
      setText(retry, isProblem ? retryText(error) : '');
      box.hidden = false;
      if (!isProblem) return;
      if (error.code === 'code_invalid') showFieldError('code', sentence(error.message));
      for (const { field, reason } of error.errors ?? []) {
        const name = FIELDS[field];
        if (name) showFieldError(name, sentence(reason));
      }
    },
  };
}

function showFieldError(name: string, text: string): void {
  const field = find(name, HTMLElement);
  const input = field.querySelector('input') ?? field;
  const shown = find(`${name}-error`, HTMLSpanElement);
  setText(shown, text);
  input.setAttribute('aria-invalid', String(text !== ''));
  if (text === '') input.removeAttribute('aria-describedby');
  else input.setAttribute('aria-describedby', shown.id);
}

function retryText({ retryable, retryAfter, attemptsRemaining }: ClientProblem): string {
  if (attemptsRemaining !== undefined) return `${attemptsRemaining} attempts left`;
  if (retryAfter !== undefined) return `try again in ${retryAfter} s`;
  return retryable ? 'can be repeated' : 'do not repeat';
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
