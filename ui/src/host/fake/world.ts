// An invented cluster held in memory: about 10,000 pods that change a little all the time.

/** A pod of the invented cluster. */
export interface FakePod {
  uid: string;
  namespace: string;
  name: string;
  /** What kubectl prints under STATUS. */
  status: string;
  ready: number;
  containers: string[];
  restarts: number;
  lastRestartMs: number;
  node: string;
  ip: string;
  /** Millicores; 0 when not running. */
  cpu: number;
  /** MiB; 0 when not running. */
  memory: number;
  app: string;
  replicaSet: string;
  createdMs: number;
  labels: Record<string, string>;
}

/** A Deployment with its one ReplicaSet. */
export interface FakeDeployment {
  namespace: string;
  name: string;
  replicaSet: string;
  replicas: number;
  ready: number;
  image: string;
  createdMs: number;
}

/** An HPA, or a ScaledObject with the HPA KEDA made for it. */
export interface FakeAutoscaler {
  kind: 'horizontalpodautoscalers' | 'scaledobjects';
  namespace: string;
  name: string;
  /** Name of the Deployment it scales. */
  target: string;
  min: number;
  max: number;
  current: number;
  desired: number;
  /** Per cent of the request, or messages. */
  value: number;
  goal: number;
  unit: '%' | 'messages';
  lastScaleMs: number;
  createdMs: number;
}

/** An event. */
export interface FakeEvent {
  namespace: string;
  name: string;
  warning: boolean;
  reason: string;
  object: string;
  message: string;
  count: number;
  lastMs: number;
}

/** The whole of it. */
export interface World {
  pods: FakePod[];
  deployments: FakeDeployment[];
  autoscalers: FakeAutoscaler[];
  events: FakeEvent[];
  nodes: { name: string; ready: boolean; cpu: number; memory: number; createdMs: number }[];
  namespaces: string[];
  /** Rises with each change. */
  version: number;
  /** Changes a few objects. */
  step(nowMs: number): void;
}

/** Repeatable pseudo-random numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const APPS =
  'cart checkout web search orders billing ledger mailer thumbs gateway auth quotes stock prices'.split(
    ' ',
  );
const NAMESPACES =
  'shop batch cloud-ops ml payments staging observability identity kube-system default'.split(' ');
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const ODD = [
  'CrashLoopBackOff',
  'Pending',
  'ContainerCreating',
  'Init:0/2',
  'Terminating',
  'Completed',
  'ImagePullBackOff',
  'Error',
];

/** Makes the cluster with `podCount` pods as of `nowMs`. */
export function makeWorld(nowMs: number, podCount: number, seed = 7): World {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const suffix = (length: number) => Array.from({ length }, () => pick([...LETTERS])).join('');
  const nodes = Array.from({ length: 100 }, (_, index) => ({
    name: `node-${index}`,
    ready: index !== 17,
    cpu: 200 + Math.floor(next() * 3000),
    memory: 800 + Math.floor(next() * 12000),
    createdMs: nowMs - 40 * 864e5,
  }));
  const world: World = {
    pods: [],
    deployments: [],
    autoscalers: [],
    events: [],
    nodes,
    namespaces: [...NAMESPACES].sort(),
    version: 1,
    step,
  };

  function makePod(owner: FakeDeployment, createdMs: number): FakePod {
    const odd = next() < 0.04 ? pick(ODD) : null;
    const containers = next() < 0.2 ? ['app', 'sidecar'] : ['app'];
    const restarts = odd === 'CrashLoopBackOff' ? 7 : next() < 0.05 ? 3 : 0;
    const running = odd === null;
    return {
      uid: suffix(12),
      namespace: owner.namespace,
      name: `${owner.replicaSet}-${suffix(5)}`,
      status: odd ?? 'Running',
      ready: running ? containers.length : 0,
      containers,
      restarts,
      lastRestartMs: nowMs - next() * 36e5,
      node: odd === 'Pending' ? '' : pick(nodes).name,
      ip: odd === 'Pending' ? '' : `10.${Math.floor(next() * 99)}.${Math.floor(next() * 250)}.4`,
      cpu: running ? 5 + Math.floor(next() * 400) : 0,
      memory: running ? 12 + Math.floor(next() * 500) : 0,
      app: owner.name,
      replicaSet: owner.replicaSet,
      createdMs,
      labels: { app: owner.name, tier: pick(['web', 'db', 'queue']) },
    };
  }

  const deploymentCount = Math.max(3, Math.floor(podCount / 20));
  for (let index = 0; index < deploymentCount; index += 1) {
    const base = APPS[index % APPS.length] as string;
    const name = index < APPS.length ? base : `${base}-${Math.floor(index / APPS.length)}`;
    const replicas = Math.floor((podCount * (index + 1)) / deploymentCount) - world.pods.length;
    const owner: FakeDeployment = {
      namespace: pick(NAMESPACES),
      name,
      replicaSet: `${name}-${suffix(9)}`,
      replicas,
      ready: 0,
      image: `example.test/${base}:1.${index % 9}`,
      createdMs: nowMs - next() * 30 * 864e5,
    };
    for (let copy = 0; copy < replicas; copy += 1) {
      const pod = makePod(owner, nowMs - next() * (nowMs - owner.createdMs));
      if (pod.status === 'Running') owner.ready += 1;
      world.pods.push(pod);
    }
    world.deployments.push(owner);
    if (index % 4 === 0) addAutoscaler(owner, index);
    if (index % 3 === 0) addEvent(owner, nowMs - next() * 36e5);
  }

  world.autoscalers.push({
    kind: 'scaledobjects',
    namespace: 'cloud-ops',
    name: 'cosci',
    target: 'cosci',
    min: 1,
    max: 8,
    current: 6,
    desired: 6,
    value: 8,
    goal: 2,
    unit: 'messages',
    lastScaleMs: nowMs - 7 * 60_000,
    createdMs: nowMs - 9e8,
  });

  function addAutoscaler(owner: FakeDeployment, index: number) {
    const scaledObject = index % 8 === 4;
    const max = index % 5 === 0 ? owner.replicas : owner.replicas * 2;
    world.autoscalers.push({
      kind: scaledObject ? 'scaledobjects' : 'horizontalpodautoscalers',
      namespace: owner.namespace,
      name: owner.name,
      target: owner.name,
      min: 1,
      max,
      current: owner.replicas,
      desired: owner.replicas,
      value: 20 + Math.floor(next() * 80),
      goal: 80,
      unit: scaledObject ? 'messages' : '%',
      lastScaleMs: nowMs - next() * 36e5,
      createdMs: owner.createdMs,
    });
  }

  function addEvent(owner: FakeDeployment, lastMs: number) {
    const warning = next() < 0.3;
    world.events.push({
      namespace: owner.namespace,
      name: `${owner.name}.${suffix(10)}`,
      warning,
      reason: warning ? 'BackOff' : 'ScalingReplicaSet',
      object: `Deployment/${owner.name}`,
      message: warning
        ? 'Back-off restarting failed container app in <b>pod</b>'
        : `Scaled up replica set ${owner.replicaSet} to ${owner.replicas}`,
      count: 1 + Math.floor(next() * 12),
      lastMs,
    });
  }

  function step(at: number) {
    for (let change = 0; change < Math.min(40, world.pods.length); change += 1) {
      const pod = pick(world.pods);
      if (pod.status === 'Running') pod.cpu = 5 + Math.floor(next() * 400);
      else if (pod.status === 'ContainerCreating') {
        pod.status = 'Running';
        pod.ready = pod.containers.length;
      } else if (pod.status === 'CrashLoopBackOff' && next() < 0.02) {
        pod.restarts += 1;
        pod.lastRestartMs = at;
      }
    }
    for (const autoscaler of world.autoscalers) {
      autoscaler.value = Math.max(1, autoscaler.value + Math.floor(next() * 9) - 4);
    }
    world.version += 1;
  }

  return world;
}
