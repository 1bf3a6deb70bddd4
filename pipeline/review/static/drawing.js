// The panel, the progress, the filters and the language.

import { confirmMeant, correct, decide, rejectRecord, saveCorrection, skip, turnTo, undo } from "./decisions.js";
import { el, fill } from "./dom.js";
import { ask } from "./net.js";
import { helpContent, renderPanel } from "./panel.js";
import { pick } from "./picking.js";
import { AHEAD, highlight, move, nextReport, onward, refill, showNothing, unsettled } from "./queue.js";
import { $, entry, item, state, word } from "./state.js";

export const actions = {
  decide, correct, skip, undo, rejectRecord, turnTo, saveCorrection, confirmMeant, pick,
  take: (value) => decide("corrected", { value }),
  cancel: () => { state.editing = null; draw(); $("panel").focus(); },
  dropSelection: () => { state.editing.span = null; draw(); },
  showPlaces: (places) => { highlight(entry(), places.map((place) => ({ ...place, kind: "finding" }))); const mark = document.querySelector("mark.finding"); if (mark) mark.scrollIntoView({ block: "center" }); },
  move, nextReport,
};

export function draw() {
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

export function drawProgress() {
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
  const waiting = state.outbox.jobs().length;
  $("outbox").hidden = !waiting;
  $("outbox").textContent = waiting ? `${waiting} ${word("waiting")}` : "";
}

export async function count() {
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

export function setLanguage(language) {
  state.words = state.session.languages[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.language = language;
  document.title = word("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", word(node.dataset.label));
  $("language-button").lang = language === "zh" ? "en" : "zh-CN";
  fill($("help"), helpContent(word, () => $("help").close()));
}

export function toggleLanguage() {
  const language = document.documentElement.dataset.language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  setLanguage(language);
  if (state.counts) drawFilters();
  if (item()) draw();
  else showNothing();
}

export function toggleFilters(open = $("filters").hidden) {
  $("filters").hidden = !open;
  $("filters-button").setAttribute("aria-expanded", String(open));
  if (open) $("filters").elements.report.focus();
  else $("panel").focus();
}
