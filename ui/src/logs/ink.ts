// How a piece of a line is coloured: by a class of the palette, or by a colour of its own.

/** A class name and an own colour; either may be empty. */
export interface Ink {
  name: string;
  color: string;
}

/** `0`..`15` are the palette's, `#rrggbb` is itself; anything else has no colour. */
export function inkOf(color: string, bold: boolean): Ink {
  const weight = bold ? 'bold' : '';
  if (/^#[0-9a-f]{6}$/i.test(color)) return { name: weight, color };
  if (/^(?:\d|1[0-5])$/.test(color)) return { name: `ansi${color} ${weight}`.trim(), color: '' };
  return { name: weight, color: '' };
}

/** The text of lines as it is copied. */
export function plainText(
  lines: readonly { at: string; spans: readonly { text: string }[] }[],
  times: boolean,
): string {
  return lines
    .map((line) => {
      const text = line.spans.map((span) => span.text).join('');
      return times && line.at ? `${line.at} ${text}` : text;
    })
    .join('\n');
}
