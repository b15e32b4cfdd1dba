// The demo cluster's clock of the in-memory backend; what is shown goes on as ever.

import type { DemoTime } from '../../wire';
import type { FakePart } from './registry';

const DAY = 864e5;

const demo: FakePart = ({ notify }) => {
  let from = { wall: Date.now(), demo: Date.now() };
  const begin = Date.now() - DAY;
  let rate = 1;
  let isPresent = true;

  const now = () => from.demo + (Date.now() - from.wall) * rate;
  const time = (): DemoTime => ({
    nowMs: Math.round(now()),
    beginMs: begin,
    presentMs: Math.round(Math.max(Date.now(), now())),
    rate,
    isPresent,
    zone: 'Europe/Oslo',
  });

  return {
    demo_time: time,
    set_demo_rate({ cluster, rate: wanted }) {
      from = { wall: Date.now(), demo: now() };
      rate = wanted;
      isPresent &&= rate === 1;
      notify({ type: 'demo', cluster });
      return time();
    },
    go_to_demo_time({ cluster, toMs }) {
      from = { wall: Date.now(), demo: toMs ?? Date.now() };
      isPresent = toMs === null;
      if (isPresent) rate = 1;
      notify({ type: 'demo', cluster });
      return time();
    },
  };
};

export default demo;
