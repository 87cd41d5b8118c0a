// What the page asks of the server. Addresses are relative, so that the page may lie anywhere.

/** Something was refused: `code`, the field that was wrong (or null), and a sentence. */
export class Refused extends Error {
  constructor(status, { code = 'wrong', field = null, text } = {}) {
    super(text || `the server answered ${status}`);
    Object.assign(this, { status, code, field });
  }
}

/** The server cannot be reached. */
export class Away extends Error {}

const ask = async (path, options = {}) => {
  let answer;
  try { answer = await fetch(`api/v1/${path}`, { credentials: 'same-origin', cache: 'no-store', ...options }); } catch { throw new Away('The server cannot be reached.'); }
  if (answer.status === 401) { location.assign('login'); throw new Away('Log in first.'); }
  const body = await answer.text();
  let value = null;
  try { value = body ? JSON.parse(body) : null; } catch { /* a proxy's page, told by its status */ }
  if (!answer.ok) throw new Refused(answer.status, (value && value.error) || {});
  return value;
};

export const get = (path) => ask(path);
export const post = (path, body) => ask(path, {
  method: 'POST', body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', 'X-Katydid': 'page' },
});
export const change = (what, more = {}) => post('change', { change: what, ...more });
