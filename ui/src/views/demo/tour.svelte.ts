// The tour of the demo cluster: a few cards, each with a way to what it speaks of.

/** Where a card leads. */
export type TourGoal = 'triggers' | 'holds' | 'time' | 'filter' | 'palette';

/** One card. */
export interface TourCard {
  title: string;
  text: string;
  /** What its button says, and where it leads. */
  go: string;
  goal: TourGoal;
}

export const CARDS: readonly TourCard[] = [
  {
    title: 'Two triggers, the higher wins',
    text: 'cosci is scaled by a cron trigger (2 replicas from 21:00 to 24:00 in Oslo) and by its neighbour: 2 cosci for each nginx. KEDA sets the higher of both.',
    go: 'Show the scaling of cosci',
    goal: 'triggers',
  },
  {
    title: 'An autoscaler that holds',
    text: 'The load on cart comes in waves. When it falls, the HPA keeps its replicas until five minutes have passed without a higher recommendation.',
    go: 'Show the scaling of cart',
    goal: 'holds',
  },
  {
    title: 'A day to move through',
    text: 'Drag the time to yesterday evening, or let an hour pass in a minute: everything on screen follows, ages too. “Now” leads back.',
    go: 'Go to the time',
    goal: 'time',
  },
  {
    title: 'A filter that understands',
    text: 'Type words, or a column with a condition: restarts:>3, age:<10m, labels, field selectors. “/” goes to it from anywhere.',
    go: 'Filter what restarts',
    goal: 'filter',
  },
  {
    title: 'Anything by its name',
    text: 'Ctrl+K finds kinds, objects, contexts and commands; “?” shows every key. Your own clusters are under “Contexts” in the rail.',
    go: 'Open the palette',
    goal: 'palette',
  },
];

/** Where the person is in it. */
class Tour {
  /** Closed until the program begins again, or it is asked for. */
  closed = $state(false);
  /** Somebody asked for it, though it is not to be shown by itself. */
  asked = $state(false);
  at = $state(0);
  card = $derived(CARDS[this.at] ?? CARDS[0]);

  next(): void {
    if (this.at < CARDS.length - 1) this.at += 1;
    else this.closed = true;
  }

  back(): void {
    this.at = Math.max(0, this.at - 1);
  }

  /** From its first card. */
  begin(): void {
    this.at = 0;
    this.asked = true;
    this.closed = false;
  }
}

export const tour = new Tour();
