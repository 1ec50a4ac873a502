"use strict";
const $ = (selector) => document.querySelector(selector);
const data = (id) => JSON.parse($(`#${id}`).textContent);

// The theme: the system's, or the one chosen here before.
const root = document.documentElement;
const isDark = () => (root.style.colorScheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
function kept(name, ...value) {
  try {
    return value.length ? localStorage.setItem(name, ...value) : localStorage.getItem(name);
  } catch {
    return null; // a browser may keep nothing for pages on disk
  }
}
root.style.colorScheme = kept("theme") || "";
const toggle = $("#theme");
toggle.hidden = false;
toggle.onclick = () => kept("theme", (root.style.colorScheme = isDark() ? "light" : "dark"));

// Sortable tables; one that has settings can be filtered by them.
for (const table of document.querySelectorAll("table.sortable")) {
  const grid = new DataTable(table, { autoWidth: false, paging: false, info: false, searching: true, order: [], layout: { topStart: null, topEnd: null } });
  const column = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent === "Setting");
  if (column < 0) continue;
  const select = document.createElement("select");
  select.add(new Option("all", ""));
  for (const name of new Set([...table.tBodies[0].rows].map((row) => row.cells[column].textContent))) select.add(new Option(name));
  select.onchange = () => grid.column(column).search(select.value && `^${DataTable.util.escapeRegex(select.value)}$`, true, false).draw();
  const label = document.createElement("label");
  label.append("Setting ", select);
  table.closest("section").querySelector(".scroll").before(label);
}

// Two selects that name systems, and what is to be done when either changes; the address may
// name two: #a=bm25&b=univl-dr.
function choose(box, systems, changed) {
  box.hidden = false;
  const selects = [...box.querySelectorAll("select:not(#kind)")];
  const chosen = new URLSearchParams(location.hash.slice(1));
  selects.forEach((select, place) => {
    for (const name of systems) select.add(new Option(name));
    const name = chosen.get("ab"[place]);
    select.value = systems.includes(name) ? name : systems[Math.min(place, systems.length - 1)];
    select.onchange = () => changed(...selects.map((one) => one.value));
  });
  selects[0].onchange();
}

if ($("#pair")) {
  const pairs = data("pairs"), output = $("output");
  choose($("#pair"), output.dataset.systems.split(" "), (first, second) => {
    if (first === second) return (output.textContent = "Choose two systems.");
    const found = pairs[first]?.[second];
    if (!found) return (output.textContent = "There are too few questions for a test.");
    const [difference, low, high, p] = found;
    const sign = (value) => (value < 0 ? "" : "+") + value.toFixed(2);
    const verdict = p <= 0.05 ? "They can be told apart." : "They can't be told apart.";
    output.textContent = `${first} less ${second} in ${output.dataset.metric}: ${sign(difference)} points [${sign(low)}, ${sign(high)}], p = ${p.toFixed(4)} (Holm's correction over all pairs). ${verdict}`;
  });
}

if ($("#questions")) {
  const figures = data("figures"), rows = [...$("#questions").tBodies[0].rows];
  let grid = null;
  choose($("#apart"), Object.keys(figures), (first, second) => {
    rows.forEach((row, place) => {
      const [one, two] = [figures[first][place], figures[second][place]].map((value) => 100 * value);
      [one, two, Math.abs(one - two)].forEach((value, column) => (row.cells[3 + column].textContent = value.toFixed(1)));
      const link = row.querySelector("a");
      link.href = `${link.getAttribute("href").split("#")[0]}#a=${first}&b=${second}`;
    });
    grid = grid ? grid.rows().invalidate() && grid : new DataTable("#questions", { autoWidth: false, pageLength: 25, order: [] });
    grid.order([5, "desc"]).draw();
  });
  $("#kind").onchange = ({ target }) => grid.column(1).search(target.value && `^${DataTable.util.escapeRegex(target.value)}$`, true, false).draw();
}

if ($("#sides")) {
  const lists = Object.fromEntries([...document.querySelectorAll(".board section")].map((one) => [one.dataset.system, one]));
  for (const link of document.querySelectorAll(".board a[href^='#']")) {
    const copy = $(link.hash).cloneNode(true);
    copy.querySelectorAll("cite, code, small").forEach((part) => part.remove());
    link.parentElement.dataset.document = link.hash;
    link.after(...copy.childNodes);
    link.remove();
  }
  choose($("#sides"), Object.keys(lists), (first, second) => {
    document.querySelectorAll(".apart").forEach((item) => item.classList.remove("apart"));
    const shown = [first, second].map((name) => [...lists[name].querySelectorAll("li")]);
    shown.forEach((items, side) => {
      const others = new Set(shown[1 - side].map((item) => item.dataset.document));
      items.filter((item) => first !== second && !others.has(item.dataset.document)).forEach((item) => item.classList.add("apart"));
    });
    $(".board").prepend(lists[first], lists[second]);
  });
}
