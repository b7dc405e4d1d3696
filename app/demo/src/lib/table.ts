/** Plain tables: a heading, a rule, columns as wide as their widest cell. */

export type Align = 'left' | 'right';

export interface Column {
  readonly name: string;
  readonly align?: Align;
}

/** Lines of a table; cells of a column whose `align` is right end at the same place. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, at) =>
    Math.max(column.name.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, at) => {
        const cell = cells[at] ?? '';
        const width = widths[at] ?? 0;
        return column.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map((column) => column.name)),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...rows.map(line),
  ];
}
