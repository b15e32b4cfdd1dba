// What a person or a screen reader finds on the page: elements by role and name. Put in front of every script.
const squeezed = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const IMPLICIT = {
  A: 'link', BUTTON: 'button', H1: 'heading', H2: 'heading', H3: 'heading', H4: 'heading',
  NAV: 'navigation', ASIDE: 'complementary', MAIN: 'main', DIALOG: 'dialog', SELECT: 'combobox',
  TEXTAREA: 'textbox', OUTPUT: 'status', FOOTER: 'contentinfo', SUMMARY: 'button',
  TABLE: 'table', TR: 'row', TH: 'columnheader', TD: 'cell', UL: 'list', OL: 'list', LI: 'listitem',
  CANVAS: 'canvas', SECTION: 'region', DETAILS: 'group',
};
const roleOf = (e) => {
  const given = e.getAttribute('role');
  if (given) return given;
  if (e.tagName === 'INPUT') {
    return { checkbox: 'checkbox', radio: 'radio', button: 'button' }[e.type] ?? 'textbox';
  }
  return IMPLICIT[e.tagName] ?? '';
};
const nameOf = (e) => {
  const label = e.getAttribute('aria-label');
  if (label) return squeezed(label);
  const by = e.getAttribute('aria-labelledby');
  if (by) return squeezed(by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' '));
  if (e.labels?.length) return squeezed(e.labels[0].textContent);
  return squeezed(e.textContent) || squeezed(e.title);
};
// Names match whole, or by beginning when the wanted one ends with an asterisk.
const named = (e, name) =>
  !name || (name.endsWith('*') ? nameOf(e).startsWith(name.slice(0, -1)) : nameOf(e) === name);
const all = (role, name, within = document) =>
  [...within.querySelectorAll('*')].filter((e) => roleOf(e) === role && named(e, name) && shown(e));
const one = (role, name, within = document) => all(role, name, within)[0] ?? null;
// Column titles of a grid, as seen.
const columnsOf = (grid) => all('columnheader', '', grid).map((e) => squeezed(e.textContent));
// Rows of a grid in their order, those beside the window included, each as { column id: text }.
const rowsOf = (grid) =>
  [...(grid?.querySelectorAll('[role=row]') ?? [])]
    .filter((row) => row.querySelector('[role=gridcell]'))
    .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
    .map((row) =>
      Object.fromEntries(
        [...row.querySelectorAll('[role=gridcell]')].map((cell) => [cell.dataset.column, cell.textContent]),
      ),
    );
// The table on screen, and its row with that name.
const grid = () => one('grid', '');
const rowNamed = (name) =>
  [...(grid()?.querySelectorAll('[role=row]') ?? [])].find(
    (row) => row.querySelector('[data-column=name]')?.textContent === name,
  );
const drawer = () => all('complementary', '').find((e) => nameOf(e).startsWith('Details of ')) ?? null;
// The question on screen, one of its buttons when it can be pressed, and the row of a context.
const consent = () => document.querySelector('dialog[data-question]');
const pressable = (name) =>
  [one('button', name, consent() ?? document.body)].find((e) => e && e.ariaDisabled !== 'true') ?? null;
const contextNamed = (name) => document.querySelector(`[data-context=${CSS.escape(name)}]`);
