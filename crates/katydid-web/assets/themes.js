// Light, dark, or as the system has it; remembered here (`theme.js` sets it before the first paint).

import { by, put } from './dom.js';

const NAMES = { '': 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };
const ORDER = ['', 'light', 'dark'];

const tell = () => put(by('theme'), NAMES[document.documentElement.dataset.theme || '']);

export const nextTheme = () => {
  const root = document.documentElement, next = ORDER[(ORDER.indexOf(root.dataset.theme || '') + 1) % ORDER.length];
  if (next) root.dataset.theme = next; else delete root.dataset.theme;
  try { localStorage.setItem('katydid-theme', next); } catch { /* not remembered then */ }
  tell();
};

export const begin = () => { by('theme').addEventListener('click', nextTheme); tell(); };
