// Fields of the form of a start: what the program was started with, what a scenario fills in, what
// somebody typed, and which of it must be said to the server.

import { el, mark, put, show } from './dom.js';

/** All fields by the long name of their option, and `classes`. */
export const fields = new Map();

const words = (list) => (list || []).join(', ');

class Field {
  constructor(name, input, fault, given) {
    Object.assign(this, { name, input, fault, given, filled: null });
    fields.set(name, this);
    input.addEventListener('input', () => this.right());
  }

  get isSwitch() { return this.input.type === 'checkbox'; }
  get value() { return this.isSwitch ? String(this.input.checked) : this.input.value.trim(); }

  put(text) {
    if (this.isSwitch) this.input.checked = text === 'true'; else this.input.value = text;
    this.right();
  }

  /** What it shows before anybody typed. */
  reset() { this.filled = null; this.put(this.isSwitch ? String(words(this.given) === 'true') : words(this.given)); }

  /** A scenario says this number; null: it says that there is none here. */
  fill(text) { this.filled = text; this.put(text === null ? '' : String(text)); }

  /**
   * The words for the order; undefined: as the program was started. What a scenario filled in is left to the
   * scenario, so a number of the command line that stands in its way is taken away.
   */
  words() {
    const { value, given, filled } = this, started = words(given);
    if (this.isSwitch) return value === (started === 'true' ? 'true' : 'false') ? undefined : [value];
    if (filled !== null && value === String(filled)) return given ? [] : undefined;
    if (value === started) return undefined;
    return value === '' ? [] : this.many ? value.split(/[\s,]+/).filter(Boolean) : [value];
  }

  wrong(text) {
    put(this.fault, text);
    show(this.fault, true);
    mark(this.input, 'aria-invalid', 'true');
    for (let node = this.input.closest('details'); node; node = node.parentElement.closest('details')) node.open = true;
  }

  right() { show(this.fault, false); mark(this.input, 'aria-invalid', null); }
}

/** A labelled input. `kind`: text, secret, switch or a list of choices. */
export const field = (name, label, { kind = 'text', help = null, given = null, placeholder = null, mode = null, many = false, list = null } = {}) => {
  const id = `f-${name}`, described = `${id}-fault${help ? ` ${id}-help` : ''}`;
  const common = { id, name, 'aria-describedby': described };
  const input = Array.isArray(kind)
    ? el('select', common, el('option', { value: '', text: 'as it is' }), ...kind.map((choice) => el('option', { value: choice, text: choice })))
    : el('input', { ...common, type: { secret: 'password', switch: 'checkbox' }[kind] || 'text', placeholder, inputmode: mode, autocomplete: 'off', spellcheck: 'false', list });
  const fault = el('p', { class: 'fault', id: `${id}-fault`, role: 'alert', hidden: true });
  const text = el('label', { for: id, text: label });
  const said = help ? el('p', { class: 'help', id: `${id}-help`, text: help }) : null;
  const made = new Field(name, input, fault, given);
  made.many = many;
  made.reset();
  return kind === 'switch'
    ? el('div', { class: 'field switch' }, input, text, said, fault)
    : el('div', { class: 'field' }, text, input, said, fault);
};

/** What of all fields must be said. */
export const optionsOf = () => {
  const options = {};
  for (const field of fields.values()) {
    const said = field.words();
    if (said !== undefined) options[field.name] = said;
  }
  return options;
};
