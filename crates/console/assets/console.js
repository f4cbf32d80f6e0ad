// What the pages can do beyond working without it: search as one types, keys to move by, progress that moves on.
'use strict';

const $ = (selector) => document.querySelector(selector);
const typing = (target) => target.closest('input, textarea, select, [contenteditable], dialog') !== null;

// --- Search as one types: the same page, asked for again, of which the results are taken.
const results = $('#results');
const search = $('form.search');
let asking = null;
let pause = 0;

async function look(form) {
  asking?.abort();
  asking = new AbortController();
  const address = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value !== '') address.searchParams.append(name, value);
  results.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(address, { signal: asking.signal, headers: { accept: 'text/html' } });
    if (answer.redirected && !answer.url.startsWith(form.action)) { location.assign(address); return; }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.querySelector('#results');
    if (!found) { location.assign(address); return; }
    results.replaceChildren(...found.childNodes);
    history.replaceState(null, '', address);
    results.removeAttribute('aria-busy');
  } catch (error) {
    if (error.name !== 'AbortError') location.assign(address);
  }
}

const filters = $('form.filters');
if (results && filters) {
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(() => look(filters), 140);
  };
  filters.addEventListener('input', soon);
  const forms = [filters];
  // The words at the top are part of the filters on the page of orders; on others they lead there.
  const hidden = filters.querySelector('input[name=q]');
  const words = search?.querySelector('input[name=q]');
  if (hidden && words) {
    words.addEventListener('input', () => { hidden.value = words.value.trim(); soon(); });
    forms.push(search);
  }
  for (const form of forms) {
    form.addEventListener('submit', (event) => { event.preventDefault(); clearTimeout(pause); look(filters); });
  }
}

// --- Keys.
const keys = $('#keys');
const places = { h: '', o: '/orders', c: '/customers', d: '/deliveries', w: '/webhooks' };
let going = false;

function step(by) {
  const rows = [...document.querySelectorAll('[data-row] a')].filter((link) => link.closest('th, li, td:first-child'));
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && event.target === $('#search')) { event.target.blur(); return; }
  if (typing(event.target)) return;
  if (going && event.key === 'm') { location.assign('/console'); return; }
  if (going && event.key in places) {
    going = false;
    const base = location.pathname.match(/^\/console\/\d+/);
    if (base) location.assign(base[0] + places[event.key]);
    return;
  }
  going = event.key === 'g';
  switch (event.key) {
    case '/': if ($('#search')) { event.preventDefault(); $('#search').focus(); $('#search').select(); } break;
    case 'j': step(1); break;
    case 'k': step(-1); break;
    case '?': keys?.showModal(); break;
    default:
  }
});

const shown = $('[data-keys]');
if (shown && keys) {
  shown.hidden = false;
  shown.addEventListener('click', () => keys.showModal());
}

// --- Where one is stays in sight when the places are wider than the screen.
$('.places [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

// --- Whole rows are taken by the pointer, as their links are.
document.addEventListener('click', (event) => {
  const row = event.target.closest('tr[data-row]');
  if (!row || event.target.closest('a, button, input, label, form') || getSelection().toString() !== '') return;
  row.querySelector('a')?.click();
});

// --- A form is sent once.
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented || event.target.method !== 'post') return;
  const button = event.submitter;
  setTimeout(() => { if (button) button.disabled = true; }, 0);
});
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button:disabled')) button.disabled = false;
});

// --- Progress: the part of the page that moves on is asked for again.
async function follow() {
  const moving = $('[data-moving]');
  if (!moving) return;
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.querySelector('#progress');
    const stale = $('#progress');
    // Whoever is at work in it is not disturbed.
    const isBusy = stale.contains(document.activeElement) || getSelection().toString() !== '';
    if (fresh && !isBusy) stale.replaceWith(fresh);
  }
  setTimeout(follow, 1000);
}
setTimeout(follow, 1000);
