"use strict";
// Everything is in the page already: this only shows, hides and scrolls. No text is ever turned into HTML.
(() => {
  const find = (selector, from = document) => [...from.querySelectorAll(selector)];
  const reports = find("article.report");
  const chosen = document.getElementById("report");
  const kind = document.getElementById("kind");
  const boxes = ["differing", "failing"].map((name) => [name, document.getElementById(name)]).filter(([, box]) => box);
  const shown = document.getElementById("shown");
  const seen = (record) => !record.hidden && boxes.every(([name, box]) =>
    !box.checked || record.classList.contains(name === "differing" ? "differs" : "wrong"));

  function light(article, numbers) {
    for (const mark of find("mark", article)) {
      mark.classList.toggle("on", numbers.some((number) => mark.dataset.r.includes(` ${number} `)));
    }
    for (const record of find(".record", article)) record.classList.toggle("on", numbers.includes(record.dataset.n));
  }

  function bring(pane, target) {
    if (!target) return;
    if (pane.scrollHeight > pane.clientHeight + 4) {
      const place = target.getBoundingClientRect().top - pane.getBoundingClientRect().top;
      pane.scrollTop += place - pane.clientHeight / 3;
    } else {
      target.scrollIntoView({ block: "center" });
    }
  }

  function update() {
    reports.forEach((article, place) => { article.hidden = String(place) !== chosen.value; });
    for (const [name, box] of boxes) document.body.classList.toggle(`only-${name}`, box.checked);
    const article = reports[Number(chosen.value)];
    if (!article) return;
    const records = find(".record", article);
    for (const record of records) record.hidden = kind.value !== "" && record.dataset.kind !== kind.value;
    const count = records.filter(seen).length;
    article.querySelector(".empty").hidden = count > 0;
    shown.textContent = `显示 ${count} / ${records.length} 条记录`;
  }

  for (const control of [chosen, kind, ...boxes.map(([, box]) => box)]) control.addEventListener("change", update);
  for (const article of reports) {
    const text = article.querySelector(".text");
    const list = article.querySelector(".records");
    list.addEventListener("click", (event) => {
      const record = event.target.closest(".record");
      if (!record) return;
      light(article, [record.dataset.n]);
      bring(text, article.querySelector("mark.on"));
    });
    text.addEventListener("click", (event) => {
      const mark = event.target.closest("mark");
      if (!mark) return;
      const numbers = mark.dataset.r.trim().split(" ");
      light(article, numbers);
      bring(list, find(".record.on", article).find(seen));
    });
  }
  for (const link of find("[data-open]")) {
    link.addEventListener("click", () => {
      const place = reports.findIndex((article) => article.dataset.report === link.dataset.open);
      if (place >= 0) { chosen.value = String(place); update(); }
    });
  }
  for (const radio of find('input[name="heat"]')) {
    radio.addEventListener("change", () => { document.querySelector(".heat").dataset.show = radio.value; });
  }
  if (chosen) update();
})();
