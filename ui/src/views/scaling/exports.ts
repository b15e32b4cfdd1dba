// The forms in which a graph leaves the window.

/** A form. */
export type ExportForm = 'svg' | 'png' | 'csv';

/** What is offered. */
export const EXPORTS: readonly { form: ExportForm; title: string; note: string }[] = [
  { form: 'png', title: 'PNG', note: 'picture, as shown' },
  { form: 'svg', title: 'SVG', note: 'drawing, as shown' },
  { form: 'csv', title: 'CSV', note: 'every change of a value' },
];

/** A cell that a spreadsheet would compute is kept text; numbers stay numbers. */
function cell(text: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = /^[=+\-@\t\r]/.test(text) && !isNumber ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as CSV (RFC 4180). */
export function csvOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Rows with tabs between the cells, as spreadsheets take them from the clipboard. */
export function tsvOf(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const flat = (text: string) => text.replaceAll(/[\t\r\n]+/g, ' ');
  return [columns, ...rows].map((row) => row.map(flat).join('\t')).join('\n');
}

/** A file name: `cosci-2026-11-28-2120.csv`. */
export function fileName(name: string, at: number, form: ExportForm): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
  const stamp = `${date.slice(0, 10)}-${date.slice(11, 16).replace(':', '')}`;
  return `${name.replaceAll(/[^\w.-]+/g, '-')}-${stamp}.${form}`;
}

/** Bytes as text, in pieces that a call takes as arguments. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
