// Finding and going in the in-memory backend: plainly, without the ranking of the real one.

import type { FoundItem, KindEntry } from '../../wire';
import type { FakePart } from './registry';
import { KINDS } from './session';

const find: FakePart = ({ world }) => {
  const line = (item: Partial<FoundItem> & Pick<FoundItem, 'id' | 'sort' | 'title'>) => ({
    about: item.sort,
    marks: [],
    object: null,
    lack: '',
    ...item,
  });

  return {
    find({ text, limit, entries }) {
      const wanted = text.trim().toLowerCase();
      const kinds = KINDS.map((kind) => line({ id: kind.id, sort: 'kind', title: kind.title }));
      const others = entries.map(({ id, sort, title }) => line({ id, sort, title }));
      const pods = wanted
        ? world.pods.map(({ namespace, name }) =>
            line({
              id: `pods/${namespace}/${name}`,
              sort: 'object',
              title: name,
              about: `Pod · ${namespace}`,
              object: { key: `pods/${namespace}/${name}`, kind: 'pods', namespace, name },
            }),
          )
        : [];
      const items = [...kinds, ...others, ...pods].flatMap((item) => {
        const at = item.title.toLowerCase().indexOf(wanted);
        const marks = [...wanted].map((_, place) => at + place);
        return at < 0 ? [] : [{ ...item, marks }];
      });
      return {
        items: items.slice(0, limit),
        matched: items.length,
        searched: [`Pods ${world.pods.length.toLocaleString('en-US')}`],
        loading: [],
        unsearched: [],
      };
    },
    end_find() {
      return null;
    },
    go({ text }) {
      const [word = '', ...namespaces] = text.trim().split(/\s+/u);
      const is = (one: KindEntry) => one.plural === word || one.shortNames.includes(word);
      const kind = KINDS.find(is) ?? null;
      return {
        kind,
        namespaces: namespaces.length > 0 ? namespaces : null,
        context: word === 'ctx' ? '' : null,
        problem: kind || !word || word === 'ctx' ? '' : `This cluster has no kind “${word}”.`,
        near: [],
      };
    },
  };
};

export default find;
