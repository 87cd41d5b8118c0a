// Before the first paint, so that nothing flashes: the theme that somebody chose here. Not a module,
// because modules wait.
(() => {
  'use strict';
  let chosen = '';
  try { chosen = localStorage.getItem('katydid-theme') || ''; } catch { /* storage may be forbidden */ }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
