// The report on the left: its blocks as elements, spans of the report as highlights, selections as spans.
// Offsets of the server count characters, those of the browser UTF-16 units: both are turned into each other leaf by leaf.

import { drawn, el, fill } from "./dom.js";

const units = (text, characters) => {
  let at = 0;
  for (let n = 0; n < characters && at < text.length; n += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
};
const characters = (text, until) => Array.from(text.slice(0, until)).length;

export class Paper {
  constructor(node) {
    this.node = node;
    this.leaves = [];
    this.marks = [];
    this.shown = null;
  }

  render(extraction, blocks, words) {
    this.shown = extraction;
    this.leaves = [];
    this.marks = [];
    fill(this.node, blocks.map((block) => this.block(block, words)));
    this.node.scrollTop = 0;
  }

  // The pages that hold the evidence as they look, with a box around it; their text is not there to select.
  picture(extraction, boxes, words) {
    this.shown = null;
    this.leaves = [];
    this.marks = [];
    const pages = [...new Set(boxes.map((box) => box.page))];
    fill(this.node, pages.map((page) => this.sheet(extraction, page, boxes.filter((box) => box.page === page), words)));
    const first = this.node.querySelector(".box");
    const image = this.node.querySelector("img");
    const reveal = () => first.scrollIntoView({ block: "center", inline: "nearest" });
    reveal();
    image.addEventListener("load", reveal, { once: true });
  }

  sheet(extraction, page, boxes, words) {
    const title = `${words.page} ${page} ${words.page_end}`;
    const frames = boxes.map((box) => drawn("rect", { class: "box", x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top }));
    const overlay = drawn("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, frames);
    const sheet = el("div", { class: "sheet" }, el("img", { src: `/api/page/${extraction}/${page}`, alt: title }), overlay);
    return el("figure", {}, el("figcaption", { class: "page" }, title), sheet);
  }

  block(block, words) {
    if (block.is === "page") return el("p", { class: "page" }, `${words.page} ${block.number} ${words.page_end}`);
    if (block.is === "file") return el("p", { class: "page" }, block.name);
    if (block.is === "table") return this.table(block);
    const name = block.is === "heading" ? `h${Math.min(6, block.level + 1)}` : "p";
    return this.leaf(el(name, {}), block.start, block.text);
  }

  table(block) {
    const rows = Array.from({ length: block.rows }, () => el("tr"));
    for (const [row, , rowSpan, columnSpan, start, text] of block.cells) {
      const cell = el("td", { rowspan: rowSpan > 1 ? rowSpan : null, colspan: columnSpan > 1 ? columnSpan : null });
      if (rows[row]) rows[row].append(this.leaf(cell, start, text));
    }
    return el("div", { class: "form" }, el("table", {}, el("tbody", {}, rows)));
  }

  leaf(node, start, text) {
    node.textContent = text;
    const length = Array.from(text).length;
    this.leaves.push({ node, start, end: start + length, text });
    return node;
  }

  // Show the spans: [{start, end, kind}], kind "evidence" or "quote" or "finding"; the first evidence comes into view.
  highlight(spans) {
    for (const mark of this.marks) {
      const parent = mark.parentNode;
      mark.replaceWith(...mark.childNodes);
      if (parent) parent.normalize();
    }
    this.marks = [];
    for (const span of spans) {
      for (const leaf of this.leaves) {
        if (leaf.start < span.end && span.start < leaf.end) this.mark(leaf, span);
      }
    }
    this.reveal();
  }

  reveal() {
    const target = this.marks.find((mark) => mark.classList.contains("evidence")) || this.marks[0];
    if (target) target.scrollIntoView({ block: "center", inline: "nearest" });
  }

  mark(leaf, span) {
    const from = units(leaf.text, Math.max(0, span.start - leaf.start));
    const to = units(leaf.text, Math.min(leaf.end, span.end) - leaf.start);
    const walker = document.createTreeWalker(leaf.node, NodeFilter.SHOW_TEXT);
    let at = 0;
    const pieces = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const begin = Math.max(from - at, 0);
      const end = Math.min(to - at, text.length);
      if (begin < end) pieces.push([text, begin, end]);
      at += text.length;
    }
    for (const [text, begin, end] of pieces) {
      const middle = begin > 0 ? text.splitText(begin) : text;
      if (end - begin < middle.length) middle.splitText(end - begin);
      const mark = el("mark", { class: span.kind });
      middle.replaceWith(mark);
      mark.append(middle);
      this.marks.push(mark);
    }
  }

  leafAt(node) {
    return this.leaves.find((leaf) => leaf.node.contains(node));
  }

  place(node, offset, atEnd) {
    const leaf = this.leafAt(node);
    if (leaf) {
      const range = document.createRange();
      range.setStart(leaf.node, 0);
      range.setEnd(node, offset);
      return leaf.start + characters(leaf.text, range.toString().length);
    }
    // between leaves, as when a double click takes in the end of a paragraph
    const range = document.createRange();
    range.setStart(this.node, 0);
    range.setEnd(node, offset);
    const before = this.leaves.filter((one) => range.comparePoint(one.node, 0) === 0);
    if (atEnd) return before.length ? before.at(-1).end : 0;
    const behind = this.leaves[before.length];
    return behind ? behind.start : this.leaves.at(-1).end;
  }

  // The selected span and its text, null where nothing of the report is selected.
  selection() {
    const selection = window.getSelection();
    if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    if (!this.node.contains(range.startContainer) || !this.node.contains(range.endContainer)) return null;
    const start = this.place(range.startContainer, range.startOffset, false);
    const end = this.place(range.endContainer, range.endOffset, true);
    const text = selection.toString().trim();
    return start < end && text ? { start, end, text } : null;
  }

  select(span) {
    const point = (offset, atEnd) => {
      const leaf = this.leaves.find((one) => (atEnd ? one.start < offset && offset <= one.end : one.start <= offset && offset < one.end));
      if (!leaf) return null;
      let left = units(leaf.text, offset - leaf.start);
      const walker = document.createTreeWalker(leaf.node, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (left <= text.length) return [text, left];
        left -= text.length;
      }
      return null;
    };
    const from = point(span.start, false);
    const to = point(span.end, true);
    if (!from || !to) return;
    window.getSelection().setBaseAndExtent(from[0], from[1], to[0], to[1]);
    from[0].parentElement.scrollIntoView({ block: "nearest" });
  }

  // Every number of the report, in order, for picking by keyboard.
  numbers() {
    return this.leaves.flatMap((leaf) =>
      Array.from(leaf.text.matchAll(/[+-]?[0-9０-９][0-9０-９,，.．]*[%％]?/g), (match) => {
        const start = leaf.start + characters(leaf.text, match.index);
        return { start, end: start + Array.from(match[0]).length };
      }),
    );
  }
}
