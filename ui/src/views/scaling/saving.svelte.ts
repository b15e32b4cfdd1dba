// Gives the graph away as a file, and says what became of it.

import { readInks } from '../../graph/inks';
import { pictureOf, type PictureOf } from '../../graph/picture';
import { paint, svgOf } from '../../graph/shapes';
import { asWireError, rpc } from '../../host';
import type { GraphTable } from '../../wire';
import { base64Of, csvOf, type ExportForm, fileName } from './exports';

/** Pixels of a picture for one of the screen's. */
const RATIO = 2;

/** Where saving stands, in words. */
export interface Saved {
  text: string;
  tone: 'quiet' | 'good' | 'bad';
}

/** What is saved. */
export interface SavedGraph {
  /** Of the object. */
  name: string;
  /** The present, Unix ms. */
  now: number;
  picture: Omit<PictureOf, 'inks'>;
  table: () => Promise<GraphTable>;
}

/** Saves one thing at a time. */
export class Saving {
  said = $state.raw<Saved | null>(null);
  #busy = false;

  async save(form: ExportForm, graph: SavedGraph): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.said = { text: `Saving as ${form.toUpperCase()}…`, tone: 'quiet' };
    try {
      const { bytes, note } = await made(form, graph);
      const name = fileName(graph.name, graph.now, form);
      const { path } = await rpc('save_export', { name, base64: base64Of(bytes) });
      this.said = path === null ? null : { text: `Saved as ${path}.${note}`, tone: 'good' };
    } catch (thrown) {
      const { message, detail } = asWireError(thrown);
      this.said = { text: `Not saved. ${message} ${detail}`.trim(), tone: 'bad' };
    }
    this.#busy = false;
  }

  forget(): void {
    this.said = null;
  }
}

async function made(
  form: ExportForm,
  graph: SavedGraph,
): Promise<{ bytes: Uint8Array; note: string }> {
  switch (form) {
    case 'csv': {
      const { columns, rows, leftOut } = await graph.table();
      const note = leftOut ? ` ${leftOut} earlier rows are not in it.` : '';
      return { bytes: new TextEncoder().encode(csvOf(columns, rows)), note };
    }
    case 'svg': {
      const svg = svgOf(pictureOf({ ...graph.picture, inks: readInks() }));
      return { bytes: new TextEncoder().encode(svg), note: '' };
    }
    case 'png':
      return { bytes: await png(graph.picture), note: '' };
  }
}

async function png(of: SavedGraph['picture']): Promise<Uint8Array> {
  await document.fonts?.ready;
  const drawing = pictureOf({ ...of, inks: readInks() });
  const canvas = document.createElement('canvas');
  canvas.width = drawing.width * RATIO;
  canvas.height = Math.ceil(drawing.height * RATIO);
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('The webview gives no canvas.');
  paint(ctx, drawing, RATIO);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) throw new Error('The picture is too large.');
  return new Uint8Array(await blob.arrayBuffer());
}
