import { describe, expect, it } from 'vitest';

import { CHECK_MS, Puller, pullStep, type Clock, type Landed, type PullInput } from './pull';

/** A clock moved by hand; frames come when asked for. */
class HandClock implements Clock {
  at = 0;
  #frames: (() => void)[] = [];
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.at;
  }
  frame(callback: () => void): void {
    this.#frames.push(callback);
  }
  later(callback: () => void, ms: number): () => void {
    const timer = { at: this.at + ms, run: callback };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((one) => one !== timer));
  }
  async nextFrame(): Promise<void> {
    for (const frame of this.#frames.splice(0)) frame();
    await settled();
  }
  async pass(ms: number): Promise<void> {
    this.at += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.at);
    this.#timers = this.#timers.filter((timer) => timer.at > this.at);
    for (const timer of due) timer.run();
    await settled();
  }
}

const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

function setUp(nextTickMs: number | null = null) {
  const clock = new HandClock();
  const log = { pulls: 0, checks: 0, inFlight: 0, mostInFlight: 0 };
  const world = { version: 1 };
  let land: ((landed: Landed | null) => void) | null = null;
  const puller = new Puller(
    () => {
      log.pulls += 1;
      log.inFlight += 1;
      log.mostInFlight = Math.max(log.mostInFlight, log.inFlight);
      return new Promise((resolve) => (land = resolve));
    },
    () => {
      log.checks += 1;
      return Promise.resolve(world.version);
    },
    clock,
  );
  const landed = async (answer: Landed | null = { version: world.version, nextTickMs }) => {
    log.inFlight -= 1;
    land?.(answer);
    await settled();
  };
  return { clock, log, world, puller, landed };
}

describe('pullStep', () => {
  it.each([
    [['want'], 'flying', ['pull']],
    [['want', 'want', 'want'], 'again', ['pull', null, null]],
    [['want', 'landed'], 'idle', ['pull', null]],
    [['want', 'want', 'landed'], 'framed', ['pull', null, 'requestFrame']],
    [
      ['want', 'want', 'landed', 'want', 'frame'],
      'flying',
      ['pull', null, 'requestFrame', null, 'pull'],
    ],
    [['frame'], 'idle', [null]],
    [['want', 'stop', 'landed', 'want'], 'stopped', ['pull', null, null, null]],
  ] as const)('%j', (inputs, state, outputs) => {
    let now: Parameters<typeof pullStep>[0] = 'idle';
    const said = inputs.map((input: PullInput) => {
      const [output, next] = pullStep(now, input);
      now = next;
      return output;
    });
    expect([now, said]).toEqual([state, outputs]);
  });
});

describe('Puller', () => {
  it('pulls at once, and once more on a frame for all that came meanwhile', async () => {
    const { clock, log, world, puller, landed } = setUp();
    for (const version of [1, 2, 3]) puller.notice(version);
    expect(log.pulls).toBe(1);
    await landed();
    world.version = 4;
    puller.notice(4);
    expect(log.pulls).toBe(1);
    await clock.nextFrame();
    expect(log.pulls).toBe(2);
  });

  it('never has two pulls in flight, and pulls again for news that came meanwhile', async () => {
    const { clock, log, world, puller, landed } = setUp();
    puller.want();
    await clock.nextFrame();
    world.version = 5;
    puller.notice(5);
    await clock.nextFrame();
    expect(log.pulls).toBe(1);
    await landed({ version: 4, nextTickMs: null });
    await clock.nextFrame();
    expect(log).toMatchObject({ pulls: 2, mostInFlight: 1 });
  });

  it('ignores notices of what is shown already', async () => {
    const { clock, log, puller, landed } = setUp();
    puller.want();
    await clock.nextFrame();
    await landed({ version: 7, nextTickMs: null });
    puller.notice(7);
    await clock.nextFrame();
    expect(log.pulls).toBe(1);
  });

  it('pulls when an age ticks', async () => {
    const { clock, log, puller, landed } = setUp(400);
    puller.want();
    await clock.nextFrame();
    await landed();
    await clock.pass(399);
    await clock.nextFrame();
    expect(log.pulls).toBe(1);
    await clock.pass(1);
    await clock.nextFrame();
    expect(log.pulls).toBe(2);
  });

  it('heals a lost notice by a check, and pulls nothing while nothing changes', async () => {
    const { clock, log, world, puller, landed } = setUp();
    puller.want();
    await clock.nextFrame();
    await landed();
    await clock.pass(CHECK_MS);
    await clock.nextFrame();
    expect(log).toMatchObject({ pulls: 1, checks: 1 });
    world.version = 2;
    await clock.pass(CHECK_MS);
    await clock.nextFrame();
    expect(log).toMatchObject({ pulls: 2, checks: 2 });
  });

  it('goes on after a pull that failed', async () => {
    const { clock, log, puller, landed } = setUp();
    puller.notice(3);
    await clock.nextFrame();
    await landed(null);
    await clock.pass(CHECK_MS);
    await clock.nextFrame();
    expect(log.pulls).toBe(2);
  });

  it('does nothing after stop', async () => {
    const { clock, log, puller, landed } = setUp(100);
    puller.want();
    await clock.nextFrame();
    puller.stop();
    await landed();
    puller.notice(9);
    await clock.pass(10 * CHECK_MS);
    await clock.nextFrame();
    expect(log).toMatchObject({ pulls: 1, checks: 0 });
  });
});
