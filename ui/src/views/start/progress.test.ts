import { expect, test } from 'vitest';

import { progressWords } from './progress';

test('says what goes on', () => {
  const server = 'https://a.example.test';
  expect(progressWords('connecting', { type: 'token' }, server)).toBe(`Connecting to ${server}…`);
  const program = { type: 'program' as const, why: '/usr/bin/aws' };
  expect(progressWords('connecting', program, server)).toContain('Running aws');
  expect(progressWords('looking', program, server)).not.toContain('Running');
  expect(progressWords('asked', null, server)).toBe('Waiting for your answer');
});
