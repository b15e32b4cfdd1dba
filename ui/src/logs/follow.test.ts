import { describe, expect, it } from 'vitest';

import { followStep, type Follow, type FollowInput } from './follow';

const scrolled = (before: number, top: number, end = 1000): FollowInput => ({
  type: 'scrolled',
  before,
  top,
  end,
});

describe('followStep', () => {
  it.each<[string, Follow, FollowInput, Follow]>([
    ['scrolling up pauses', 'following', scrolled(1000, 900), 'paused'],
    ['half a line up does not', 'following', scrolled(1000, 991), 'following'],
    ['text growing below does not pause', 'following', scrolled(900, 900), 'following'],
    ['text shrinking above does not pause', 'following', scrolled(1000, 800, 800), 'following'],
    ['paused, scrolling down a little stays', 'paused', scrolled(100, 300), 'paused'],
    ['paused, scrolling to the end follows', 'paused', scrolled(100, 1000), 'following'],
    ['paused at the end by the button stays', 'paused', scrolled(1000, 1000), 'paused'],
    ['the button pauses', 'following', { type: 'toggled' }, 'paused'],
    ['the button follows', 'paused', { type: 'toggled' }, 'following'],
    ['selecting pauses', 'following', { type: 'selected' }, 'paused'],
  ])('%s', (_, state, input, next) => {
    expect(followStep(state, input)).toBe(next);
  });
});
