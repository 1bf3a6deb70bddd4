// Picking a number from the text by keyboard; text or pages as they look.

import { correct } from "./decisions.js";
import { highlight } from "./queue.js";
import { $, entry, paper, say, state, word } from "./state.js";

export function pick() {
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

export function toggleImages() {
  const shown = entry();
  if (!shown || !shown.boxes.length) return say(word("no_image"));
  state.images = !state.images;
  return highlight(shown);
}

export function pickKey(event) {
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
