/** Reduces the language that a phone reports to the form that Vonage accepts (protocol §1.3). */

/** Codes of ISO 639 from before 1989, which Java still uses, with the current ones. */
const RENAMED: Readonly<Record<string, string | undefined>> = { in: 'id', iw: 'he', ji: 'yi' };

/**
 * `language[-script][-region]` in lower case; `undefined` for anything that names no language, such
 * as `C`. Knows BCP 47 (`en-US-u-fw-mon`), POSIX (`en_DE@rg=dezzzz`), Java (`sr_RS_#Latn`) and
 * lists of them, whose first entry counts. Never throws.
 */
export function toLocale(said: unknown): string | undefined {
  if (typeof said !== 'string') return undefined;
  const [tag = ''] = said
    .trim()
    .toLowerCase()
    .split(/[@.,; ]/);
  const [language = '', ...all] = tag.replace(/#/g, '').split(/[-_]/);
  if (!/^[a-z]{2,3}$/.test(language) || language === 'und') return undefined;
  // A part of one character begins extensions and private use.
  const end = all.findIndex((part) => part.length === 1);
  const parts = end < 0 ? all : all.slice(0, end);
  const script = parts.find((part) => /^[a-z]{4}$/.test(part));
  const region = parts.find((part) => /^([a-z]{2}|[0-9]{3})$/.test(part));
  return [RENAMED[language] ?? language, script, region]
    .filter((part) => part !== undefined)
    .join('-');
}
