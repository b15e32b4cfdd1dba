// Relations of the in-memory backend: an owner, the object, a Service before it.

import type { ObjectRef, RelationNode, Relations, WireError } from '../../wire';
import type { FakePart } from './registry';

const GONE: WireError = { code: 'gone', message: 'That object is closed.', detail: '' };

const relations: FakePart = () => {
  const open = new Map<number, ObjectRef>();
  let last = 50_000;

  const node = (object: ObjectRef, x: number, y: number, kin: boolean): RelationNode => ({
    object,
    label: object.name,
    state: { text: kin ? '2/2 ready' : '', tone: kin ? 'good' : 'plain' },
    presence: 'there',
    kin,
    spot: { x, y, width: 200, height: 44 },
    small: false,
  });

  return {
    open_relations({ kind, namespace, name }) {
      last += 1;
      open.set(last, { kindId: kind, kind, namespace, name });
      return { relations: last };
    },
    relations({ id }): Relations {
      const object = open.get(id);
      if (!object) throw GONE;
      const service = { ...object, kindId: '', kind: 'Service' };
      const owned = { ...object, kindId: '', kind: 'ReplicaSet', name: `${object.name}-7d9f6c4b8` };
      return {
        version: 1,
        loaded: true,
        problem: '',
        nodes: [node(object, 272, 0, true), node(service, 0, 0, false), node(owned, 544, 0, true)],
        sections: [
          {
            title: 'Owners and owned',
            entries: [
              { depth: 0, node: 0 },
              { depth: 1, node: 2 },
            ],
          },
          { title: 'Gets requests from', entries: [{ depth: 0, node: 1 }] },
        ],
        lines: [
          { from: 1, to: 0, words: 'selects', x1: 200, y1: 22, x2: 272, y2: 22 },
          { from: 0, to: 2, words: 'owns', x1: 472, y1: 22, x2: 544, y2: 22 },
        ],
        blocks: [],
        width: 744,
        height: 44,
        remarks: [],
        loading: [],
      };
    },
    close_relations({ id }) {
      open.delete(id);
      return null;
    },
  };
};

export default relations;
