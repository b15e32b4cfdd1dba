import { describe, expect, it } from 'vitest';

import { breakable } from './words';

describe('breakable', () => {
  it.each([
    ['cpu', ['cpu']],
    ['queue_length', ['queue_', 'length']],
    ['s0-rabbitmq-orders', ['s0-', 'rabbitmq-', 'orders']],
    ['example.com/rate', ['example.', 'com/', 'rate']],
    ['__total', ['__', 'total']],
    ['cron 21:00–24:00', ['cron 21:00–24:00']],
    ['12:3:4', ['12:', '3:', '4']],
    ['', []],
  ])('%s', (name, pieces) => {
    expect(breakable(name)).toEqual(pieces);
    expect(breakable(name).join('')).toBe(name);
  });
});
