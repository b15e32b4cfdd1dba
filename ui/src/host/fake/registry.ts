// How parts of the in-memory backend are joined: each file here exports a default function that
// takes the shared world and answers the commands it handles.

import type { Commands, Notice } from '../../wire';
import type { World } from './world';

/** A command's body; throws a WireError. */
export type FakeHandler<C extends keyof Commands> = (
  argument: Commands[C]['argument'],
) => Commands[C]['answer'] | Promise<Commands[C]['answer']>;

export type FakeHandlers = { [C in keyof Commands]?: FakeHandler<C> };

/** What the parts share. */
export interface FakeContext {
  /** Pods, workloads, autoscalers and the rest, changing as time goes on. */
  world: World;
  /** Sends a notice to the window. */
  notify(notice: Notice): void;
}

/** Default export of `fake/<part>.ts`. */
export type FakePart = (context: FakeContext) => FakeHandlers;
