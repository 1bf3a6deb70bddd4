// What the page knows: the session, the fields before the reviewer, and how to say something.

import { Paper } from "./paper.js";

export const $ = (id) => document.getElementById(id);

export const state = {
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
  outbox: null, // what is not acknowledged yet
  drawn: null, // the item that the reviewer has before them: the only one that keys may settle
  sending: false,
  finished: false, // nothing was left when last looked
  images: true, // where a report has pages, they are shown as they look
  counts: null,
  last: [],
};
export const paper = new Paper($("paper"));
export const word = (name) => state.words[name] || name;
export const item = () => state.items[state.at];
export const entry = () => (item() ? state.entries.get(item().id) : null);
export const nameOf = (one) => one.key.join("|");
export const recordOf = (one) => one.key.slice(0, 3).join("|");
export const sameAs = (one) => (other) => nameOf(other) === nameOf(one);
export const stored = (name) => `${name}:${state.session.place}:${state.session.reviewer}`;

export function say(text, kind = "") {
  const line = $("said");
  line.textContent = text;
  line.className = `said ${kind}`;
}

export function complain(error) {
  const text = error.code === "busy_database" ? word("busy") : error.message || word("offline");
  say([text, error.hint].filter(Boolean).join("　"), "bad");
}
