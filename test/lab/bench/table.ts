/** Columns for people. */

type Rows = readonly (readonly string[])[];
export type Table = (header: readonly string[], rows: Rows) => string;
/** Its title, and its cell in the row of an item. */
type Column<Item> = readonly [title: string, cell: (item: Item) => string];

/** The first column to the left, the others to the right. */
export function toTable(header: readonly string[], rows: Rows): string {
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => row[column]?.[column === 0 ? 'padEnd' : 'padStart'](width) ?? '')
      .join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(header), rule, ...rows.map(line)].join('\n');
}

export function toMarkdown(header: readonly string[], rows: Rows): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** One row for each item. */
export function tabulate<Item>(
  table: Table,
  items: readonly Item[],
  columns: readonly Column<Item>[],
): string {
  const header = columns.map(([title]) => title);
  return table(
    header,
    items.map((item) => columns.map(([, cell]) => cell(item))),
  );
}

export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}
