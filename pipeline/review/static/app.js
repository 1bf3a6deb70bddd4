// The page: what the keys and buttons do. What a field looks like is in panel.js.

import { correct, decide, outboxChanged, rejectRecord, saveCorrection, skip, undo } from "./decisions.js";
import { actions, count, setLanguage, toggleFilters, toggleLanguage } from "./drawing.js";
import { ask, Outbox } from "./net.js";
import { pick, pickKey, toggleImages } from "./picking.js";
import { highlight, move, nextReport, restart, startOver } from "./queue.js";
import { $, complain, entry, state } from "./state.js";

const KEYS = {
  a: () => decide("accepted"),
  c: () => correct(),
  r: () => decide("rejected"),
  R: () => rejectRecord(),
  q: () => decide("unsure"),
  s: () => skip(),
  o: () => { const shown = entry(); if (shown && (shown.read || shown.other)) decide("corrected", { value: shown.read || shown.other }); },
  j: () => move(1), n: () => move(1), ArrowDown: () => move(1),
  k: () => move(-1), p: () => move(-1), ArrowUp: () => move(-1),
  u: () => undo(), z: () => undo(),
  g: () => nextReport(),
  e: () => { if (entry()) highlight(entry()); },
  i: () => toggleImages(),
  v: () => pick(),
  f: () => toggleFilters(true),
  l: () => toggleLanguage(),
  "?": () => $("help").showModal(),
};

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if ($("help").open) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") { event.preventDefault(); if (event.target.closest("#filters")) toggleFilters(false); else actions.cancel(); }
    else if (event.key === "Enter" && event.target.closest(".correction")) { event.preventDefault(); saveCorrection(); }
    return;
  }
  if (event.repeat && !["j", "k", "n", "p"].includes(event.key)) return;
  if (state.picking && pickKey(event)) return event.preventDefault();
  if (event.key === "Escape" && state.editing) return actions.cancel();
  if (event.target instanceof HTMLButtonElement && event.key === "Enter") return; // the button's own
  if (state.editing && !["?", "e"].includes(event.key)) return;
  const arrows = event.key.startsWith("Arrow");
  if (arrows && $("paper").contains(document.activeElement)) return; // scrolling
  const act = KEYS[event.key] || KEYS[event.key.length === 1 && event.key !== "R" ? event.key.toLowerCase() : event.key];
  if (act && state.session) { event.preventDefault(); act(); }
});

$("filters-button").addEventListener("click", () => toggleFilters());
$("language-button").addEventListener("click", toggleLanguage);
$("help-button").addEventListener("click", () => $("help").showModal());
$("clear-button").addEventListener("click", () => { for (const name of Object.keys(state.filter)) { state.filter[name] = ""; $("filters").elements[name].value = ""; } startOver(); });
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("filters").addEventListener("change", () => {
  const form = $("filters");
  for (const name of Object.keys(state.filter)) state.filter[name] = form.elements[name].value;
  state.order = form.elements.order.value || state.order;
  startOver();
});

async function begin() {
  try {
    state.session = await ask("session");
  } catch (error) {
    complain(error);
    setTimeout(begin, 2000);
    return;
  }
  state.outbox = new Outbox(`${state.session.place}:${state.session.reviewer}`, outboxChanged);
  setLanguage(localStorage.getItem("language") || document.documentElement.dataset.language);
  await state.outbox.pump();
  await restart();
  setInterval(count, 20000);
}

begin();
