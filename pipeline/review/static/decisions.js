// What the reviewer decides, and what becomes of it on its way to the server.

import { count, draw, drawProgress } from "./drawing.js";
import { newToken } from "./net.js";
import { loadEntry, onward, show } from "./queue.js";
import { $, complain, entry, item, paper, recordOf, sameAs, say, state, word } from "./state.js";

export async function decide(verdict, more = {}) {
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
    const answer = await state.outbox.send(name, body, current);
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

export async function skip() {
  const current = item();
  if (current && state.drawn === current) await send("skip", { key: current.key, token: newToken() }, current, "skipped", {});
}

export async function undo() {
  if (state.sending) return undefined;
  const own = state.last.pop();
  const undoes = own ? own.token : state.session.last;
  if (!undoes) return say(word("nothing_to_undo"));
  state.sending = true;
  try {
    const answer = await state.outbox.send("undo", { token: newToken(), undoes }, own ? own.item : null);
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

export function correct(prefilled) {
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

export function saveCorrection() {
  const { value, span, picked, note } = state.editing;
  const asPicked = span && value === (picked || "").replace(/\s+/g, " ");
  decide("corrected", { value: asPicked ? null : value, span, note });
}

export function confirmMeant() {
  const { verdict, value, span, note, question } = state.editing;
  const more = question.code === "already_decided" ? { anyway: true } : { meant: true };
  decide(verdict, { value, span, note, ...more });
}

export function rejectRecord() {
  const current = item();
  if (current) decide("rejected", { key: [...current.key.slice(0, 3), ""] });
}

// Another field of the same record comes before the reviewer, whatever the queue says.
export function turnTo(field) {
  const current = item();
  const key = [...current.key.slice(0, 3), field];
  const known = state.items.findIndex(sameAs({ key }));
  if (known >= 0) return show(known);
  const one = { ...current, id: `${current.id}.${field}`, key, purpose: "review", reason: "review", done: undefined };
  state.items.splice(state.at + 1, 0, one);
  return show(state.at + 1);
}

export function outboxChanged({ sent, answer, waiting, refused: job, error }) {
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
