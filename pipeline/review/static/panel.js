// One field on the right: its record, its value, why it is doubted, and what can be done about it.

import { el, fill } from "./dom.js";

const LONG = 60; // characters; a value longer than that may have to be scrolled, by keyboard too
const KEY_LIST = [
  ["A", "accept"], ["C", "correct"], ["R", "reject"], ["Shift+R", "reject_record"], ["Q", "unsure"], ["S", "skip"],
  ["O", "take"], ["V", "pick"], ["J N ↓", "next"], ["K P ↑", "previous"], ["U Z", "undo"], ["G", "next_report"],
  ["E", "evidence"], ["I", "image"], ["F", "focus_filters"], ["L", "language"], ["?", "help"],
];

export function helpContent(word, close) {
  return [
    el("h2", { id: "help-title" }, word("help")),
    el("dl", { class: "keys" }, KEY_LIST.map(([key, name]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, word(name))])),
    el("p", {}, word("keys_dead")),
    el("p", {}, `V：${word("pick_help")}`),
    el("button", { type: "button", onclick: close, autofocus: true }, word("close")),
  ];
}

export function renderPanel(node, view) {
  const { shown, item, state, word } = view;
  const [, kind, , field] = shown.key;
  const title = field ? word(`field.${kind}.${field}`) : word("whole_record");
  node.dataset.field = shown.id;
  fill(
    node,
    el("p", { class: "where" }, `${shown.report}${shown.evaluation ? ` › ${shown.evaluation}` : ""}`),
    el("p", { class: "position" }, `${state.at + 1} / ${state.items.length}`, " ", el("span", { class: `badge ${item.reason}` }, word(`reason.${item.reason}`)), item.done ? el("span", { class: "badge done" }, `${word("decided_as")} ${word(`verdict.${item.done}`)}`) : null),
    el("h2", {}, `${word(`kind.${kind}`)} · ${title}`),
    valueOf(view),
    buttons(view),
    state.editing && !state.editing.question ? correction(view) : null,
    state.editing && state.editing.question ? question(view) : null,
    why(view),
    recordOf(view),
    findings(view),
    signals(view),
    history(view),
  );
}

// What is chosen from a list is shown in words.
function inWords(value, field, word) {
  const chosen = ["scope", "origin", "kind", "evaluation", "no_deviation_declared"].includes(field);
  const known = word(`choice.${value}`);
  return chosen && known !== `choice.${value}` ? known : value;
}

function valueOf({ shown, word }) {
  const value = inWords(shown.value, shown.key[3], word);
  return el(
    "div", { class: "value" },
    el("p", { class: "words", id: "value", tabindex: value && value.length > LONG ? "0" : null }, value ?? word("no_value")),
    shown.status ? el("p", { class: `status ${shown.status}` }, `${word("status")}：${word(`status.${shown.status}`)}`) : null,
    shown.score ? el("p", { class: "confidence" }, `${word("confidence")} ${Math.round(shown.score.confidence * 100)}%`) : null,
  );
}

function buttons({ shown, word, actions, state }) {
  if (state.editing) return null;
  const button = (name, key, act, more = {}) => el("button", { type: "button", onclick: act, ...more }, word(name), " ", el("kbd", {}, key));
  const whole = shown.type === "record";
  return el(
    "div", { class: "actions", role: "group", "aria-label": word("panel") },
    button("accept", "A", () => actions.decide("accepted"), { class: "accept", disabled: !shown.status && !whole }),
    whole ? null : button("correct", "C", () => actions.correct()),
    button("reject", "R", () => actions.decide("rejected")),
    whole ? null : button("reject_record", "⇧R", () => actions.rejectRecord()),
    button("unsure", "Q", () => actions.decide("unsure")),
    button("skip", "S", () => actions.skip()),
    button("previous", "K", () => actions.move(-1)),
    button("next", "J", () => actions.move(1)),
    button("next_report", "G", () => actions.nextReport()),
    button("undo", "U", () => actions.undo()),
  );
}

function correction({ shown, word, actions, state }) {
  const editing = state.editing;
  const keep = (name) => (event) => { editing[name] = event.target.value; };
  const input = shown.choices.length
    ? el("select", { name: "value", onchange: keep("value") }, shown.choices.map((one) => el("option", { value: one, selected: one === editing.value }, inWords(one, shown.key[3], word))))
    : el(shown.type === "text" ? "textarea" : "input", { name: "value", oninput: keep("value"), autocomplete: "off", maxlength: 10000, rows: shown.type === "text" ? 4 : null });
  if (!shown.choices.length) input.value = editing.value;
  else if (!shown.choices.includes(editing.value)) editing.value = shown.choices[0];
  const note = el("input", { name: "note", oninput: keep("note"), autocomplete: "off", maxlength: 2000 });
  note.value = editing.note || "";
  return el(
    "form", { class: "correction", onsubmit: (event) => { event.preventDefault(); actions.saveCorrection(); } },
    el("label", {}, el("span", {}, word("new_value")), input),
    editing.span ? el("p", { class: "picked" }, `${word("picked")} [${editing.span[0]}, ${editing.span[1]}) `, el("button", { type: "button", onclick: actions.dropSelection }, word("clear_selection"))) : null,
    el("label", {}, el("span", {}, word("note")), note),
    el("p", { class: "actions" }, el("button", { type: "submit", class: "accept" }, word("save"), " ", el("kbd", {}, "Enter")), el("button", { type: "button", onclick: actions.cancel }, word("cancel"), " ", el("kbd", {}, "Esc"))),
  );
}

function question({ word, actions, state }) {
  const { question: asked } = state.editing;
  const yes = asked.code === "already_decided" ? "still" : "confirm";
  return el(
    "div", { class: "question", role: "alertdialog", "aria-labelledby": "question" },
    el("p", { id: "question" }, asked.text),
    el("p", { class: "actions" }, el("button", { type: "button", onclick: actions.confirmMeant }, word(yes), " ", el("kbd", {}, "Enter")), el("button", { type: "button", onclick: actions.cancel }, word("cancel"), " ", el("kbd", {}, "Esc"))),
  );
}

function why({ shown, word, actions, state }) {
  const take = (value) => (state.editing ? null : el("button", { type: "button", onclick: () => actions.take(value) }, word("take"), " ", el("kbd", {}, "O")));
  const items = shown.reasons.map((reason) => el("li", {}, reason));
  if (shown.read !== null) items.push(el("li", {}, `${word("read")} `, el("b", {}, shown.read), " ", take(shown.read)));
  else if (shown.other !== null) {
    const same = shown.other === shown.value;
    items.push(el("li", {}, `${word("other")} `, el("b", {}, shown.other || word("nothing_read")), " ", shown.other && !same ? take(shown.other) : null));
  }
  return items.length ? el("section", { class: "why" }, el("h3", {}, word("why")), el("ul", {}, items)) : null;
}

function recordOf({ shown, word, actions, state }) {
  const [, kind, , field] = shown.key;
  const rows = shown.record.map((one) => {
    const here = one.field === field;
    const name = el("button", { type: "button", class: "field", "aria-current": here ? "true" : null, disabled: Boolean(state.editing), onclick: () => actions.turnTo(one.field) }, word(`field.${kind}.${one.field}`));
    const marks = [one.flagged ? el("span", { class: "flag", role: "img", "aria-label": word("panel") }, "⚑") : null, one.decided ? el("span", { class: "decided" }, word(`verdict.${one.decided}`)) : null];
    return el("tr", { class: here ? "here" : null }, el("th", { scope: "row" }, name), el("td", {}, one.value === null ? "—" : inWords(one.value, one.field, word), " ", marks));
  });
  return el("section", { class: "record" }, el("h3", {}, word("record")), el("table", {}, el("tbody", {}, rows)));
}

function findings({ shown, word, actions }) {
  if (!shown.findings.length) return null;
  return el(
    "section", { class: "findings" }, el("h3", {}, word("findings")),
    el("ul", {}, shown.findings.map((one) => el("li", {}, el("b", {}, one.code), ` ${one.meaning}：${one.detail} `, el("button", { type: "button", onclick: () => actions.showPlaces(one.evidence) }, word("show"))))),
  );
}

function signals({ shown, word }) {
  if (!shown.score) return null;
  return el("details", { class: "signals" }, el("summary", {}, word("signals")), el("ul", {}, shown.score.signals.map((one) => el("li", {}, `${one.words || one.name} ${one.value === 1 ? "" : one.value}`))));
}

function history({ shown, word }) {
  if (!shown.history.length) return null;
  const line = (one) => `${new Date(one.decided_at).toLocaleString()} ${one.reviewer} ${word(`verdict.${one.verdict}`)} ${one.before ?? "—"} → ${one.value ?? "—"}${one.undone ? ` (${word("undone")})` : ""}${one.note ? `　${one.note}` : ""}`;
  return el("details", { class: "history", open: true }, el("summary", {}, word("history")), el("ul", {}, shown.history.map((one) => el("li", {}, line(one)))));
}
