/** Light or dark: the system's setting until the user chooses. */

import { find } from './dom.ts';

const KEY = 'phone-page-theme';

export function followTheme(): void {
  const { dataset } = document.documentElement;
  const chosen = localStorage.getItem(KEY);
  if (chosen !== null) dataset.theme = chosen;
  find('theme', HTMLButtonElement).addEventListener('click', () => {
    const isDark = dataset.theme
      ? dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    dataset.theme = isDark ? 'light' : 'dark';
    localStorage.setItem(KEY, dataset.theme);
  });
}
