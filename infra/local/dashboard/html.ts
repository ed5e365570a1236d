/** Escapes text for HTML, and renders the Markdown of text widgets. */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? '');
}

/** Renders headings, bold text, code and paragraphs, the only Markdown that text widgets use. */
export function markdownToHtml(markdown: string): string {
  return markdown
    .split(/\n(?=#)|(?<=^#.*)\n|\n\n/m)
    .map((block) => {
      const heading = /^#+ (.*)$/s.exec(block)?.[1];
      const html = inline(heading ?? block);
      return heading === undefined ? `<p>${html}</p>` : `<h3>${html}</h3>`;
    })
    .join('');
}

function inline(text: string): string {
  return escapeHtml(text)
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/`([^`]+)`/g, '<code>$1</code>');
}
