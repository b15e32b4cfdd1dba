// Marks of the backend as the graph draws them: bands, bars, what is foreseen.

import type { BarLook, BarsSpec, Foreseen, GraphBand, Pattern } from '../../graph/plot';
import { clock } from '../../graph/ticks';
import type { Band, BandKind, Marks, PodPhase } from '../../wire';

/** Each rule's fill and colour; no two have the same fill, so that colour is not the only sign. */
const BANDS: Record<BandKind, { pattern: Pattern; ink: string; name: string }> = {
  stabilization: { pattern: 'wash', ink: '--band-hold', name: 'Stabilization window' },
  rate: { pattern: 'hatch', ink: '--band-hold', name: 'Rate policy' },
  cooldown: { pattern: 'dots', ink: '--band-calm', name: 'Cooldown' },
  paused: { pattern: 'bars', ink: '--band-calm', name: 'Paused' },
  fallback: { pattern: 'cross', ink: '--band-bad', name: 'Fallback' },
  cap: { pattern: 'edge', ink: '--band-bad', name: 'At the maximum' },
  noMetrics: { pattern: 'back', ink: '--band-bad', name: 'No usable metric' },
};

const LOOKS: Record<PodPhase, BarLook> = {
  ready: { label: 'ready', ink: '--bar-ready', fill: 'full' },
  starting: { label: 'starting', ink: '--bar-starting', fill: 'half' },
  pending: { label: 'pending', ink: '--bar-pending', fill: 'hollow' },
  unready: { label: 'unready', ink: '--bar-unready', fill: 'half' },
  terminating: { label: 'terminating', ink: '--bar-ending', fill: 'hatch' },
  succeeded: { label: 'succeeded', ink: '--bar-ending', fill: 'full' },
  failed: { label: 'failed', ink: '--bar-failed', fill: 'hatch' },
};
const PHASES = Object.keys(LOOKS) as PodPhase[];

/** Of no graph yet. */
export const NO_MARKS: Marks = {
  bands: [],
  windows: [],
  pods: [],
  podsLeftOut: 0,
  forecast: [],
  growths: [],
  median: null,
};

const times = (fromMs: number, toMs: number, open = false) =>
  `${clock(fromMs, true)} – ${open ? 'open' : clock(toMs, true)}`;

/** Bands behind the replicas. */
export function bandsOf(bands: readonly Band[]): GraphBand[] {
  return bands.map((band) => {
    const { pattern, ink, name } = BANDS[band.kind];
    const unsure = band.sure.sureness === 'estimated' || band.sure.sureness === 'unknown';
    const sure = unsure ? ` · ${band.sure.sureness}: ${band.sure.why}` : '';
    return {
      from: band.fromMs,
      to: band.toMs,
      open: band.isOpen,
      label: unsure ? `≈ ${band.label}` : band.label,
      name,
      pattern,
      ink,
      text: `${name}: ${band.label} · ${times(band.fromMs, band.toMs, band.isOpen)}${sure}`,
    };
  });
}

/** The lane of pods, or of Jobs; none where nothing is told of them. */
export function barsOf(marks: Marks, kind: string): BarsSpec | null {
  if (marks.pods.length === 0) return null;
  // A Job is not ready but running.
  const label = (phase: PodPhase) =>
    kind === 'scaledjobs' && phase === 'ready' ? 'running' : LOOKS[phase].label;
  return {
    type: 'bars',
    id: 'pods',
    title: kind === 'scaledjobs' ? 'Jobs' : 'Pods',
    looks: PHASES.map((phase) => ({ ...LOOKS[phase], label: label(phase) })),
    bars: marks.pods.map(({ name, spans }) => ({
      name,
      pieces: spans.map(({ phase, fromMs, toMs, why }) => ({
        from: fromMs,
        to: toMs,
        look: PHASES.indexOf(phase),
        text: `${label(phase)} ${times(fromMs, toMs)}${why ? ` · ${why}` : ''}`,
      })),
    })),
    more: marks.podsLeftOut,
  };
}

/** What is foreseen. */
export function foreseenOf(marks: Marks): Foreseen[] {
  return marks.forecast.map(({ earliestMs, latestMs, replicas }) => ({
    earliest: earliestMs,
    latest: latestMs,
    value: replicas,
  }));
}
