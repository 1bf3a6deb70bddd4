// The page: what is before the reviewer, and what the keys do. What a field looks like is in panel.js.

import { el, fill } from "./dom.js";
import { ask, newToken, Outbox, passes } from "./net.js";
import { helpContent, renderPanel } from "./panel.js";
import { Paper } from "./paper.js";

const AHEAD = 8;
const LOW = 4;
const MOST = 300;
const RETRY = 1000; // ms
const $ = (id) => document.getElementById(id);

const state = {
  session: null,
  words: {},
  items: [],
  at: 0,
  entries: new Map(),
  reports: new Map(),
  filter: { report: "", unit: "", kind: "", reason: "", code: "" },
  order: "risk",
  editing: null, // {value, span, note, question} while a correction is typed
  picking: false,
  drawn: null, // the item that the reviewer has before them: the only one that keys may settle
  sending: false,
  finished: false, // nothing was left when last looked
  images: true, // where a report has pages, they are shown as they look
  counts: null,
  last: [],
};
const paper = new Paper($("paper"));
let outbox;

const word = (name) => state.words[name] || name;
const item = () => state.items[state.at];
const entry = () => (item() ? state.entries.get(item().id) : null);
const nameOf = (one) => one.key.join("|");
const recordOf = (one) => one.key.slice(0, 3).join("|");
const sameAs = (one) => (other) => nameOf(other) === nameOf(one);
const stored = (name) => `${name}:${state.session.place}:${state.session.reviewer}`;

function say(text, kind = "") {
  const line = $("said");
  line.textContent = text;
  line.className = `said ${kind}`;
}

// ---- what is before the reviewer

// What is before the reviewer and not settled is asked for again: it would be handed to others otherwise.
async function refill(more) {
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
  const job = outbox.jobs().findLast(about);
  return job && (job.body.verdict || "skipped");
}

const unsettled = () => state.items.filter((one) => !one.done).length;
const ahead = () => state.items.slice(state.at + 1).filter((one) => !one.done).length;

function later(act) {
  clearTimeout(state.retry);
  state.retry = setTimeout(act, RETRY);
}

// The focus goes to the field, unless somebody is choosing a filter.
function focusPanel() {
  if (!$("filters").contains(document.activeElement)) (document.querySelector("#panel .question button") || $("panel")).focus({ preventScroll: true });
}

async function show(at) {
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

async function loadEntry(one, fresh = false) {
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

function highlight(shown, extra = []) {
  const spans = [...extra];
  if (shown.quote) spans.push({ ...shown.quote, kind: "quote" });
  if (shown.evidence) spans.push({ ...shown.evidence, kind: "evidence" });
  if (state.images && shown.boxes.length && !extra.length) return paper.picture(shown.extraction_id, shown.boxes, state.words);
  if (paper.shown !== shown.extraction_id) paper.render(shown.extraction_id, state.blocks, state.words);
  return paper.highlight(spans);
}

function showNothing() {
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

const busy = () => state.sending || $("panel").ariaBusy === "true";

async function move(step) {
  if (busy()) return;
  let to = state.at + step;
  if (to >= state.items.length) {
    await refill(AHEAD).catch(complain);
  }
  to = Math.max(0, Math.min(to, state.items.length - 1));
  if (to !== state.at) await show(to);
}

async function onward() {
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

async function nextReport() {
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

async function restart() {
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
function startOver() {
  localStorage.removeItem(stored("at"));
  return restart();
}

// ---- decisions

async function decide(verdict, more = {}) {
  const current = item();
  const shown = entry();
  if (!current || !shown || state.drawn !== current) return;
  const key = more.key || current.key;
  const body = {
    key, extraction_id: current.extraction_id, purpose: current.purpose, verdict, token: newToken(),
    seen: more.key ? null : more.anyway ? null : shown.seen, value: more.value ?? null, span: more.span ?? null,
    note: more.note ?? "", meant: more.meant ?? false,
  };
  await send("decisions", body, current, verdict, more);
}

async function send(name, body, current, verdict, more) {
  if (state.sending) return;
  state.sending = true;
  setTimeout(drawProgress, 400); // tells that it waits, where it does
  try {
    const answer = await outbox.send(name, body, current);
    const settled = more.key ? (one) => recordOf(one) === recordOf(current) : sameAs(current);
    for (const one of state.items.filter(settled)) one.done = verdict;
    if (name === "decisions") state.last.push({ token: body.token, item: current });
    if (answer) acknowledge(verdict, body.key, answer);
    else say(word("offline"), "bad");
    state.editing = null;
    window.getSelection().removeAllRanges();
    await onward();
    count();
  } catch (error) {
    refused(error, verdict, more);
  } finally {
    state.sending = false;
  }
}

function refused(error, verdict, more) {
  if (error.code === "needs_confirmation" || error.code === "already_decided") {
    state.editing = { ...(state.editing || {}), ...more, verdict, question: { code: error.code, text: error.message } };
    draw();
    const button = document.querySelector("#panel .question button");
    if (button) button.focus();
    if (error.code === "already_decided") loadEntry(item(), true).then(draw).catch(() => undefined);
  } else complain(error);
}

function acknowledge(verdict, key, answer) {
  const [, kind, , field] = key;
  const title = field ? word(`field.${kind}.${field}`) : word("whole_record");
  const value = answer.value ? `“${answer.value}”` : "";
  const findings = (answer.findings || []).map((finding) => `${finding.code} ${finding.detail}`);
  const moment = new Date().toLocaleTimeString();
  say([`✓ ${word("saved")} ${moment} · ${word(`verdict.${verdict}`)} ${title}${value}`, ...findings].join("　"), "good");
}

async function skip() {
  const current = item();
  if (current && state.drawn === current) await send("skip", { key: current.key, token: newToken() }, current, "skipped", {});
}

async function undo() {
  if (state.sending) return undefined;
  const own = state.last.pop();
  const undoes = own ? own.token : state.session.last;
  if (!undoes) return say(word("nothing_to_undo"));
  state.sending = true;
  try {
    const answer = await outbox.send("undo", { token: newToken(), undoes }, own ? own.item : null);
    if (!answer) return say(word("offline"), "bad");
    state.session.last = answer.last;
    const known = state.items.findIndex(sameAs(answer.item));
    if (known < 0) state.items.splice(state.at, 0, answer.item);
    say(`✓ ${word("undone")} ${new Date().toLocaleTimeString()}`, "good");
    await show(known >= 0 ? known : state.at);
    return count();
  } catch (error) {
    return complain(error);
  } finally {
    state.sending = false;
  }
}

// What was kept of a record's fields is no longer so.
function forgetRecord(record) {
  for (const [id, kept] of state.entries) if (recordOf(kept) === record) state.entries.delete(id);
}

function correct(prefilled) {
  const shown = entry();
  if (!shown || state.drawn !== item() || shown.type === "record") return;
  const chosen = paper.selection();
  state.picking = false;
  if (prefilled !== undefined) state.editing = { value: prefilled, span: null, note: "" };
  else if (chosen) state.editing = { value: chosen.text.replace(/\s+/g, " "), span: [chosen.start, chosen.end], picked: chosen.text, note: "" };
  else state.editing = { value: shown.value || "", span: null, note: "" };
  draw();
  const input = document.querySelector("#panel [name=value]");
  input.focus();
  if (input.select) input.select();
}

function saveCorrection() {
  const { value, span, picked, note } = state.editing;
  const asPicked = span && value === (picked || "").replace(/\s+/g, " ");
  decide("corrected", { value: asPicked ? null : value, span, note });
}

function confirmMeant() {
  const { verdict, value, span, note, question } = state.editing;
  const more = question.code === "already_decided" ? { anyway: true } : { meant: true };
  decide(verdict, { value, span, note, ...more });
}

function rejectRecord() {
  const current = item();
  if (current) decide("rejected", { key: [...current.key.slice(0, 3), ""] });
}

// Another field of the same record comes before the reviewer, whatever the queue says.
function turnTo(field) {
  const current = item();
  const key = [...current.key.slice(0, 3), field];
  const known = state.items.findIndex(sameAs({ key }));
  if (known >= 0) return show(known);
  const one = { ...current, id: `${current.id}.${field}`, key, purpose: "review", reason: "review", done: undefined };
  state.items.splice(state.at + 1, 0, one);
  return show(state.at + 1);
}

// ---- picking a number from the text by keyboard

function pick() {
  if (entry()) showText();
  const numbers = paper.numbers();
  const shown = entry();
  if (!numbers.length || !shown) return;
  state.picking = true;
  const near = shown.evidence ? shown.evidence.start : 0;
  const first = numbers.findIndex((one) => one.end > near);
  paper.select(numbers[first < 0 ? numbers.length - 1 : first]);
  $("paper").focus({ preventScroll: true });
  say(word("pick_help"));
}

function showText() {
  if (paper.shown === entry().extraction_id) return;
  state.images = false;
  highlight(entry());
}

function toggleImages() {
  const shown = entry();
  if (!shown || !shown.boxes.length) return say(word("no_image"));
  state.images = !state.images;
  return highlight(shown);
}

function pickKey(event) {
  const chosen = paper.selection();
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.key === "Escape") {
    state.picking = false;
    window.getSelection().removeAllRanges();
    $("panel").focus();
  } else if (event.key === "Enter") correct();
  else if (step && chosen && event.shiftKey) paper.select({ start: chosen.start, end: Math.max(chosen.start + 1, chosen.end + step) });
  else if (step) {
    const numbers = paper.numbers();
    const at = chosen ? chosen.start : 0;
    const next = step > 0 ? numbers.find((one) => one.start > at) : numbers.findLast((one) => one.start < at);
    if (next) paper.select(next);
  } else return false;
  return true;
}

// ---- drawing

const actions = {
  decide, correct, skip, undo, rejectRecord, turnTo, saveCorrection, confirmMeant, pick,
  take: (value) => decide("corrected", { value }),
  cancel: () => { state.editing = null; draw(); $("panel").focus(); },
  dropSelection: () => { state.editing.span = null; draw(); },
  showPlaces: (places) => { highlight(entry(), places.map((place) => ({ ...place, kind: "finding" }))); const mark = document.querySelector("mark.finding"); if (mark) mark.scrollIntoView({ block: "center" }); },
  move, nextReport,
};

function draw() {
  const shown = entry();
  if (!shown) return;
  const panel = $("panel");
  panel.removeAttribute("aria-busy");
  const focused = panel.contains(document.activeElement);
  renderPanel(panel, { shown, item: item(), state, word, actions });
  state.drawn = item();
  if (focused && !panel.contains(document.activeElement)) (panel.querySelector(".question button, [name=value]") || panel).focus({ preventScroll: true });
  drawProgress();
}

function drawProgress() {
  const { counts, session } = state;
  const done = state.items.filter((one) => one.done).length;
  const parts = [`${word("reviewer")} ${session.reviewer}`];
  if (counts) parts.push(`${word("left")} ${counts.total}`);
  parts.push(`${word("decided")} ${done}`);
  if (counts && counts.progress.error_rate) {
    const { share, low, high } = counts.progress.error_rate;
    const percent = (x) => `${(100 * x).toFixed(1)}%`;
    parts.push(`${word("error_rate")} ${percent(share)}（${percent(low)}–${percent(high)}，n=${counts.progress.audited}）`);
  }
  $("progress").textContent = parts.join(" · ");
  const waiting = outbox.jobs().length;
  $("outbox").hidden = !waiting;
  $("outbox").textContent = waiting ? `${waiting} ${word("waiting")}` : "";
}

async function count() {
  try {
    state.counts = await ask("counts", state.filter);
    drawFilters();
    drawProgress();
    if (state.finished && state.counts.total) { // a batch brought more, or a colleague left some
      await refill(AHEAD);
      if (state.finished && unsettled()) await onward();
    }
  } catch { /* the next count will do */ }
}

function drawFilters() {
  const form = $("filters");
  const options = (name, counts, title) => {
    const select = form.elements[name];
    const kept = state.filter[name];
    const names = Object.keys(counts);
    if (kept && !names.includes(kept)) names.push(kept);
    fill(select, el("option", { value: "" }, word("any")), names.map((one) => el("option", { value: one }, `${title(one)}（${counts[one] ?? 0}）`)));
    select.value = kept;
  };
  options("kind", state.counts.kinds, (one) => word(`kind.${one}`));
  options("reason", state.counts.reasons, (one) => word(`reason.${one}`));
  options("code", state.counts.codes, (one) => one);
  fill(form.elements.order, ["risk", "report"].map((one) => el("option", { value: one }, word(`order_${one}`))));
  form.elements.order.value = state.order;
  fill($("reports"), state.counts.reports.map(([name, n]) => el("option", { value: name }, String(n))));
  fill($("units"), state.counts.units.map(([name, n]) => el("option", { value: name }, String(n))));
}

function complain(error) {
  const text = error.code === "busy_database" ? word("busy") : error.message || word("offline");
  say([text, error.hint].filter(Boolean).join("　"), "bad");
}

function setLanguage(language) {
  state.words = state.session.languages[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.language = language;
  document.title = word("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", word(node.dataset.label));
  $("language-button").lang = language === "zh" ? "en" : "zh-CN";
  fill($("help"), helpContent(word, () => $("help").close()));
}

function toggleLanguage() {
  const language = document.documentElement.dataset.language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  setLanguage(language);
  if (state.counts) drawFilters();
  if (item()) draw();
  else showNothing();
}

function toggleFilters(open = $("filters").hidden) {
  $("filters").hidden = !open;
  $("filters-button").setAttribute("aria-expanded", String(open));
  if (open) $("filters").elements.report.focus();
  else $("panel").focus();
}

// ---- keys

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

function outboxChanged({ sent, answer, waiting, refused: job, error }) {
  if (waiting) complain(waiting);
  if (sent && answer && sent.item) forgetRecord(recordOf(sent.item));
  if (sent && answer && sent.name === "decisions" && sent.item) acknowledge(sent.body.verdict, sent.body.key, answer);
  if (sent && answer && sent.name === "undo") {
    forgetRecord(recordOf(answer.item));
    for (const one of state.items.filter(answer.item.key[3] ? sameAs(answer.item) : (other) => recordOf(other) === recordOf(answer.item))) delete one.done;
  }
  if (job) {
    complain(error);
    if (job.item) comeBack(job, error);
  }
  if (state.session) drawProgress();
}

// What is refused while the reviewer is elsewhere comes next, with what they had typed.
function comeBack({ item: of, body }, error) {
  const back = state.items.filter((one) => sameAs(of)(one) || (body.key && !body.key[3] && recordOf(one) === recordOf(of)));
  for (const one of back) delete one.done;
  const known = state.items.findIndex(sameAs(of));
  const one = known >= 0 ? state.items[known] : { ...of, done: undefined };
  if (body.verdict && (error.code === "needs_confirmation" || error.code === "already_decided")) {
    const { verdict, value, span, note } = body;
    one.refused = { verdict, value, span, note, question: { code: error.code, text: error.message } };
  }
  if (known >= 0 && known === state.at) return show(known);
  if (known >= 0) state.items.splice(known, 1);
  if (known >= 0 && known < state.at) state.at -= 1;
  state.items.splice(state.at + 1, 0, one);
  return item() && item() !== one ? undefined : show(state.at);
}

async function begin() {
  try {
    state.session = await ask("session");
  } catch (error) {
    complain(error);
    setTimeout(begin, 2000);
    return;
  }
  outbox = new Outbox(`${state.session.place}:${state.session.reviewer}`, outboxChanged);
  setLanguage(localStorage.getItem("language") || document.documentElement.dataset.language);
  await outbox.pump();
  await restart();
  setInterval(count, 20000);
}

begin();
