import { expect, test } from 'vitest';

import { Refresh } from './refresh';

/** A reading that ends when told. */
function slow() {
  const ends: ((failed?: Error) => void)[] = [];
  const read = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((failed) => (failed ? reject(failed) : resolve()));
    });
  return { ends, read };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test('one at a time, and news during a reading is read after it, once', async () => {
  const { ends, read } = slow();
  const refresh = new Refresh(read);
  void refresh.want();
  void refresh.want();
  void refresh.want();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settle();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await settle();
  expect(ends).toHaveLength(2);
  void refresh.want();
  expect(ends).toHaveLength(3);
});

test('news told during the last reading is not lost either', async () => {
  const { ends, read } = slow();
  const refresh = new Refresh(read);
  void refresh.want();
  void refresh.want();
  ends[0]?.();
  await settle();
  void refresh.want();
  ends[1]?.();
  await settle();
  expect(ends).toHaveLength(3);
});

test('a reading that fails stops no later one', async () => {
  const { ends, read } = slow();
  const refresh = new Refresh(read);
  const first = refresh.want();
  void refresh.want();
  ends[0]?.(new Error('no'));
  await expect(first).rejects.toThrow('no');
  expect(ends).toHaveLength(2);
});
