// What is before the reviewer: the fields that were handed out, the one that is shown, and which comes next.

import { el, fill } from "./dom.js";
import { count, draw, drawProgress } from "./drawing.js";
import { ask, passes } from "./net.js";
import { $, complain, item, nameOf, paper, recordOf, sameAs, say, state, stored, word } from "./state.js";

export const AHEAD = 8;
const LOW = 4;
const MOST = 300;
const RETRY = 1000; // ms

// What is before the reviewer and not settled is asked for again: it would be handed to others otherwise.
export async function refill(more) {
  const count = Math.min(MOST, unsettled() + more);
  const { items } = await ask("queue", { filter: state.filter, order: state.order, count });
  for (const one of items) {
    const known = state.items.find(sameAs(one));
    const waits = unsent(one);
    if (!known) state.items.push(waits ? { ...one, done: waits } : one);
    else if (known.done === "skipped" && !waits) delete known.done; // nothing else is left
  }
  localStorage.setItem(stored("held"), String(unsettled()));
}

// The verdict on a field that still waits to be sent.
function unsent(one) {
  const about = ({ name, body, item: of }) => name !== "undo" && of && (sameAs(one)(of) || (!body.key[3] && recordOf(one) === recordOf(of)));
  const job = state.outbox.jobs().findLast(about);
  return job && (job.body.verdict || "skipped");
}

export const unsettled = () => state.items.filter((one) => !one.done).length;
const ahead = () => state.items.slice(state.at + 1).filter((one) => !one.done).length;

function later(act) {
  clearTimeout(state.retry);
  state.retry = setTimeout(act, RETRY);
}

// The focus goes to the field, unless somebody is choosing a filter.
function focusPanel() {
  if (!$("filters").contains(document.activeElement)) (document.querySelector("#panel .question button") || $("panel")).focus({ preventScroll: true });
}

export async function show(at) {
  state.at = Math.max(0, Math.min(at, state.items.length));
  state.picking = false;
  state.drawn = null;
  state.finished = false;
  clearTimeout(state.retry);
  const current = item();
  state.editing = (current && current.refused) || null;
  if (!current) return showNothing();
  delete current.refused;
  localStorage.setItem(stored("at"), nameOf(current));
  try {
    const [shown, report] = await Promise.all([loadEntry(current), loadReport(current)]);
    if (item() !== current) return undefined; // moved on meanwhile
    state.blocks = report.blocks;
    draw();
    highlight(shown);
    focusPanel();
    prefetch();
  } catch (error) {
    complain(error);
    if (passes(error)) later(() => (item() === current ? show(state.at) : undefined));
  }
  return undefined;
}

export async function loadEntry(one, fresh = false) {
  if (fresh || !state.entries.has(one.id)) {
    const { key, extraction_id, purpose } = one;
    state.entries.set(one.id, await ask("entry", { key, extraction_id, purpose }));
  }
  return state.entries.get(one.id);
}

function loadReport(one) {
  const { extraction_id } = one;
  if (!state.reports.has(extraction_id)) {
    const loading = ask("report", { extraction_id });
    loading.catch(() => state.reports.delete(extraction_id));
    state.reports.set(extraction_id, loading);
    if (state.reports.size > 12) state.reports.delete(state.reports.keys().next().value);
  }
  return state.reports.get(extraction_id);
}

function prefetch() {
  for (const one of state.items.slice(state.at + 1, state.at + 3)) {
    loadEntry(one).catch(() => undefined);
    loadReport(one).catch(() => undefined);
  }
  if (ahead() < LOW) refill(AHEAD).then(drawProgress).catch(() => undefined);
}

export function highlight(shown, extra = []) {
  const spans = [...extra];
  if (shown.quote) spans.push({ ...shown.quote, kind: "quote" });
  if (shown.evidence) spans.push({ ...shown.evidence, kind: "evidence" });
  if (state.images && shown.boxes.length && !extra.length) return paper.picture(shown.extraction_id, shown.boxes, state.words);
  if (paper.shown !== shown.extraction_id) paper.render(shown.extraction_id, state.blocks, state.words);
  return paper.highlight(spans);
}

export function showNothing() {
  const filtered = Object.values(state.filter).some(Boolean);
  state.finished = true;
  $("panel").removeAttribute("aria-busy");
  delete $("panel").dataset.field;
  fill($("panel"), el("h2", {}, word(filtered ? "done_filter" : "done")));
  fill($("paper"), el("p", { class: "quiet" }, word(filtered ? "done_filter" : "done")));
  paper.shown = null;
  focusPanel();
  drawProgress();
}

export const busy = () => state.sending || $("panel").ariaBusy === "true";

export async function move(step) {
  if (busy()) return;
  let to = state.at + step;
  if (to >= state.items.length) {
    await refill(AHEAD).catch(complain);
  }
  to = Math.max(0, Math.min(to, state.items.length - 1));
  if (to !== state.at) await show(to);
}

export async function onward() {
  let next = state.items.findIndex((one, place) => place > state.at && !one.done);
  if (next < 0) {
    const failed = await refill(AHEAD).catch((error) => error);
    next = state.items.findIndex((one, place) => place > state.at && !one.done);
    if (next < 0) next = state.items.findIndex((one) => !one.done);
    if (next < 0 && failed) {
      complain(failed);
      return later(onward);
    }
  }
  return show(next < 0 ? state.items.length : next);
}

export async function nextReport() {
  if (busy()) return;
  const here = item() && item().extraction_id;
  const other = () => state.items.findIndex((one, place) => place > state.at && !one.done && one.extraction_id !== here);
  let next = other();
  if (next < 0) {
    await refill(60).catch(complain);
    next = other();
  }
  if (next < 0) say(word("no_other_report"));
  else await show(next);
}

export async function restart() {
  state.items = [];
  state.at = 0;
  state.entries.clear();
  state.drawn = null;
  state.finished = false;
  $("panel").setAttribute("aria-busy", "true");
  try {
    await refill(Math.max(AHEAD + LOW, Number(localStorage.getItem(stored("held")))));
  } catch (error) {
    if (passes(error)) later(restart);
    return complain(error);
  }
  const kept = state.items.findIndex((one) => !one.done && nameOf(one) === localStorage.getItem(stored("at")));
  const first = state.items.findIndex((one) => !one.done);
  await show(kept >= 0 ? kept : first >= 0 ? first : state.items.length);
  return count();
}

// Another choice of fields begins with its first.
export function startOver() {
  localStorage.removeItem(stored("at"));
  return restart();
}
