// Container logs of the in-memory backend: a ring that grows while it is followed.

import type { LogLine, LogPhase, LogSpan, OpenLog, WireError } from '../../wire';
import type { FakePart } from './registry';

interface Log {
  ask: OpenLog;
  version: number;
  phase: LogPhase;
  why: string;
  first: number;
  next: number;
  lines: LogLine[];
  timer: ReturnType<typeof setInterval> | null;
}

const CAP = 20_000;
const GONE: WireError = { code: 'gone', message: 'That log is closed.', detail: '' };

const plain = (text: string): LogSpan => ({ text, color: '', bold: false });
const ink = (text: string, color: string, bold = false): LogSpan => ({ text, color, bold });

/** A line's text: what programs write, with colours, markup and one very long line among it. */
export function spansOf(n: number): LogSpan[] {
  switch (n % 12) {
    case 0:
      return [ink('INFO ', '2', true), plain(`GET /cart/${(n * 37) % 400} 200 ${3 + (n % 9)}ms`)];
    case 3:
      return [ink('WARN ', '3', true), plain('upstream checkout: timeout after 2.0s')];
    case 5:
      return [plain(`{"level":"warn","msg":"retry","attempt":${n % 5},"to":"checkout"}`)];
    case 7:
      return [
        ink('ERROR', '9', true),
        plain(' cannot parse '),
        ink('<b>markup</b> & <script>alert(1)</script> ⟨ESC⟩[31m', '6'),
      ];
    case 9:
      return [ink('trace ', '8'), ink('#a06cd5 of its own', '#a06cd5'), plain(`  span=${n}`)];
    case 11:
      return n % 240 === 11 ? [plain(`long ${'0123456789 '.repeat(400)}`)] : [];
    default:
      return [plain(`POST /cart 201 ${(n * 13) % 40}ms`)];
  }
}

function line(n: number, at: number): LogLine {
  const time = new Date(at);
  const clock = `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
  return { n, at: clock, spans: spansOf(n) };
}

const logs: FakePart = ({ world, notify }) => {
  const open = new Map<number, Log>();
  let nextId = 1;

  function find(id: number): Log {
    const log = open.get(id);
    if (!log) throw GONE;
    return log;
  }

  function write(log: Log, count: number, at: number) {
    for (let index = 0; index < count; index += 1) {
      log.lines.push(line(log.next, at - (count - index) * 140));
      log.next += 1;
    }
    if (log.lines.length > CAP) log.lines.splice(0, log.lines.length - CAP);
    log.first = log.next - log.lines.length;
    log.version += 1;
  }

  return {
    async open_log(ask) {
      const pod = world.pods.find((one) => one.namespace === ask.namespace && one.name === ask.pod);
      if (!pod) {
        const missing: WireError = {
          code: 'gone',
          message: `The pod ${ask.pod} does not exist any more.`,
          detail: '',
        };
        throw missing;
      }
      const container = ask.container || pod.containers[0] || 'app';
      const id = nextId++;
      const log: Log = {
        ask,
        version: 1,
        phase: 'opening',
        why: '',
        first: 0,
        next: 0,
        lines: [],
        timer: null,
      };
      open.set(id, log);
      setTimeout(() => {
        if (ask.previous && pod.restarts === 0) {
          log.phase = 'failed';
          log.why = `previous terminated container "${container}" in pod "${pod.name}" not found`;
          log.version += 1;
        } else if (ask.previous) {
          write(log, 800, pod.lastRestartMs);
          log.phase = 'ended';
          log.why = 'Error, exit 1';
        } else {
          write(log, container === 'app' ? 21_500 : 6, Date.now());
          log.phase = 'following';
        }
        notify({ type: 'log', log: id, version: log.version });
      }, 250);
      if (!ask.previous) {
        log.timer = setInterval(() => {
          if (log.phase !== 'following' || container !== 'app') return;
          write(log, 2, Date.now());
          notify({ type: 'log', log: id, version: log.version });
        }, 300);
      }
      return { log: id, container, containers: ['init-db', ...pod.containers] };
    },
    log_lines({ log: id, from, count, tail }) {
      const log = find(id);
      const start = tail ? Math.max(log.first, log.next - count) : Math.max(from, log.first);
      const end = tail ? log.next : Math.min(from + count, log.next);
      return {
        version: log.version,
        first: log.first,
        next: log.next,
        dropped: log.first,
        openedAt: 0,
        phase: log.phase,
        why: log.why,
        lines: log.lines.slice(start - log.first, Math.max(start, end) - log.first),
      };
    },
    close_log({ id }) {
      const timer = open.get(id)?.timer;
      if (timer) clearInterval(timer);
      open.delete(id);
      return null;
    },
  };
};

export default logs;
