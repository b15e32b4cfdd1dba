// Contexts on their way to being connected: several at once, questions one after the other.

import { asWireError } from '../host';
import { changedMap, changedSet, NO_ENTRIES } from '../kit/maps';
import type {
  AnswerConsent,
  ClusterInfo,
  Connecting as Reply,
  Consent,
  Question,
  WireError,
} from '../wire';
import { changed, withoutQuestion, withQuestion, type Asked } from '../views/consent/questions';
import type { AttemptStep } from '../views/start/progress';

/** The commands it needs. */
export interface Gate {
  connect(context: string): Promise<Reply>;
  answer(answer: AnswerConsent): Promise<Reply>;
  cancel(context: string): Promise<unknown>;
  disconnect(cluster: string): Promise<unknown>;
}

/** What it tells. */
export interface Outcome {
  /** A context is connected; `attempt` grows from one attempt to the next. */
  connected(info: ClusterInfo, attempt: number): void;
  failed(context: string, error: WireError): void;
  /** Whether the cluster is one of the open ones. */
  isOpen(cluster: string): boolean;
}

/** One attempt to connect one context. */
export interface Attempt {
  number: number;
  step: AttemptStep;
}

/** Every attempt, its questions, and how the last one of a context failed. */
export class Connecting {
  attempts = $state.raw<ReadonlyMap<string, Attempt>>(NO_ENTRIES);
  failures = $state.raw<ReadonlyMap<string, WireError>>(NO_ENTRIES);
  questions = $state.raw<readonly Asked[]>([]);

  /** Number of the last attempt. */
  last = 0;
  readonly #gate: Gate;
  readonly #outcome: Outcome;

  constructor(gate: Gate, outcome: Outcome) {
    this.#gate = gate;
    this.#outcome = outcome;
  }

  /** Begins to connect; a context on its way already goes on. */
  async connect(context: string): Promise<void> {
    if (this.attempts.has(context)) return;
    this.last += 1;
    const number = this.last;
    this.#fail(context, null);
    this.#step(context, { number, step: 'connecting' });
    await this.#settle(context, number, this.#gate.connect(context));
  }

  /** Stops it, whatever it is at. */
  cancel(context: string): void {
    if (!this.attempts.has(context)) return;
    this.#end(context);
    // What comes too late is undone in `#settle`.
    this.#gate.cancel(context).catch(() => undefined);
  }

  /** Gives the person's answer to a question. */
  async answer({ question, confirmed }: Asked, answer: Consent): Promise<void> {
    const { context } = question;
    const attempt = this.attempts.get(context);
    if (!attempt) return;
    const given = { question: question.id, answer, confirmed: [...confirmed] };
    switch (answer) {
      case 'refuse':
        this.#end(context);
        await this.#gate.answer(given).catch(() => undefined);
        return;
      case 'look':
        this.questions = changed(this.questions, context, { looking: true });
        this.#step(context, { ...attempt, step: 'looking' });
        break;
      case 'trust':
        this.questions = withoutQuestion(this.questions, context);
        this.#step(context, { ...attempt, step: 'connecting' });
        break;
    }
    await this.#settle(context, attempt.number, this.#gate.answer(given));
  }

  /** Checks or unchecks a danger's box. */
  confirm({ question, confirmed }: Asked, danger: string, isConfirmed: boolean): void {
    this.questions = changed(this.questions, question.context, {
      confirmed: changedSet(confirmed, danger, isConfirmed),
    });
  }

  async #settle(context: string, number: number, replies: Promise<Reply>): Promise<void> {
    try {
      const reply = await replies;
      if (this.attempts.get(context)?.number !== number) this.#undo(context, reply);
      else this.#take(context, number, reply);
    } catch (thrown) {
      if (this.attempts.get(context)?.number !== number) return;
      this.#end(context);
      const error = asWireError(thrown);
      this.#fail(context, error);
      this.#outcome.failed(context, error);
    }
  }

  #take(context: string, number: number, reply: Reply): void {
    switch (reply.type) {
      case 'connected':
        this.#end(context);
        this.#outcome.connected(reply.cluster, number);
        break;
      case 'asks':
        this.#ask(context, number, reply.question);
        break;
      case 'closed':
        this.#end(context);
        break;
    }
  }

  /** It was stopped meanwhile: nothing stays open. */
  #undo(context: string, reply: Reply): void {
    if (this.attempts.has(context)) return;
    if (reply.type === 'connected' && !this.#outcome.isOpen(reply.cluster.cluster)) {
      this.#gate.disconnect(reply.cluster.cluster).catch(() => undefined);
    } else if (reply.type === 'asks') {
      this.#gate
        .answer({ question: reply.question.id, answer: 'refuse', confirmed: [] })
        .catch(() => undefined);
    }
  }

  /** An entry edited meanwhile is another context: the attempt goes on with that. */
  #ask(context: string, number: number, question: Question): void {
    if (question.context !== context) this.#step(context, null);
    const former = withoutQuestion(this.questions, context);
    this.questions = withQuestion(question.context === context ? this.questions : former, question);
    this.#step(question.context, { number, step: 'asked' });
  }

  #end(context: string): void {
    this.questions = withoutQuestion(this.questions, context);
    this.#step(context, null);
  }

  #step(context: string, attempt: Attempt | null): void {
    this.attempts = changedMap(this.attempts, context, attempt);
  }

  #fail(context: string, error: WireError | null): void {
    this.failures = changedMap(this.failures, context, error);
  }
}
