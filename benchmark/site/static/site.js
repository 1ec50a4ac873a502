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

// A box that can be scrolled aside tells the style sheet on which sides there is more.
for (const box of document.querySelectorAll(".scroll")) {
  const look = () => {
    box.classList.toggle("before", box.scrollLeft > 1);
    box.classList.toggle("after", box.scrollWidth - box.clientWidth - box.scrollLeft > 1);
  };
  box.onscroll = look;
  const seen = new ResizeObserver(look);
  for (const one of [box, ...box.children]) seen.observe(one);
}

// Sortable tables. Long ones can be searched, and filtered by what the rows' settings are; of wide
// ones the columns after the first six can be chosen.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent), rows = [...table.tBodies[0].rows];
  const grid = new DataTable(table, { autoWidth: false, paging: false, info: false, searching: true, order: [], layout: { topStart: null, topEnd: null } });
  const controls = document.createElement("p");
  controls.className = "controls";
  const label = (text, control) => {
    const element = document.createElement("label");
    element.append(`${text} `, control);
    controls.append(element);
  };
  const setting = headings.indexOf("Setting");
  if (setting >= 0) {
    const select = document.createElement("select");
    select.add(new Option("all", ""));
    for (const name of new Set(rows.map((row) => row.cells[setting].textContent))) select.add(new Option(name));
    select.onchange = () => grid.column(setting).search(select.value && `^${DataTable.util.escapeRegex(select.value)}$`, true, false).draw();
    label("Setting", select);
  }
  if (rows.length > 10) {
    const search = document.createElement("input");
    search.type = "search";
    search.oninput = () => grid.search(search.value).draw();
    label("Search", search);
  }
  if (headings.length > 8) {
    const details = document.createElement("details"), summary = document.createElement("summary");
    summary.textContent = "Columns";
    details.append(summary);
    details.className = "columns";
    headings.forEach((heading, place) => {
      if (place < 6) return;
      const box = document.createElement("input"), text = document.createElement("label");
      box.type = "checkbox";
      box.checked = true;
      box.onchange = () => grid.column(place).visible(box.checked);
      text.append(box, ` ${heading}`);
      details.append(text);
    });
    controls.append(details);
  }
  if (controls.children.length) table.closest("section, main").querySelector(".scroll").before(controls);
}

// Two selects that name systems, at first the best two that are not told part of the answer, and what
// is to be done when either changes; the address names the two, so that a comparison can be linked:
// #a=bm25&b=univl-dr.
const best = document.body.dataset.pair.split(" ");
function choose(box, systems, changed) {
  box.hidden = false;
  const selects = [...box.querySelectorAll("select:not([id])")];
  const chosen = new URLSearchParams(location.hash.slice(1));
  const linked = (names) => {
    for (const link of document.querySelectorAll("a.pair")) link.hash = `a=${names[0]}&b=${names[1]}`;
    changed(...names);
  };
  const address = (names) => {
    const parts = new URLSearchParams(location.hash.slice(1));
    names.forEach((name, place) => parts.set("ab"[place], name));
    history.replaceState(null, "", `#${parts}`);
  };
  selects.forEach((select, place) => {
    select.replaceChildren(...systems.map((name) => new Option(name)));
    const name = chosen.get("ab"[place]);
    select.value = systems.includes(name) ? name : best[Math.min(place, best.length - 1)];
    select.onchange = () => {
      const names = selects.map((one) => one.value);
      address(names);
      linked(names);
    };
  });
  linked(selects.map((one) => one.value));
}

if ($("#pair")) {
  const pairs = data("pairs"), output = $("output");
  choose($("#pair"), output.dataset.systems.split(" "), (first, second) => {
    if (first === second) return (output.textContent = "Choose two systems.");
    const found = pairs[first]?.[second];
    if (!found) return (output.textContent = "There are too few questions for a test.");
    const [difference, low, high, p, significant] = found;
    const sign = (value) => (value < 0 ? "" : "+") + value.toFixed(2);
    const verdict = `The difference is ${significant ? "" : "not "}significant.`;
    output.textContent = `${first} less ${second} in ${output.dataset.metric}: ${sign(difference)} points [${sign(low)}, ${sign(high)}], p ${p.startsWith("<") ? p : `= ${p}`} (Holm's correction over all pairs). ${verdict}`;
  });
}

if ($("#pair") && location.hash.includes("a=")) $("#pair").scrollIntoView(); // an address that names a pair

if ($("#questions")) {
  const figures = data("figures"), rows = [...$("#questions").tBodies[0].rows], better = $("#better");
  let grid = null;
  const difference = (shown) => Math.sign(parseFloat(shown));
  const draw = () => {
    if (better) grid.column(5).search((shown) => (better.value ? difference(shown) === Number(better.value) : difference(shown) !== 0));
    grid.draw();
  };
  choose($("#apart"), Object.keys(figures), (first, second) => {
    rows.forEach((row, place) => {
      const [one, two] = [figures[first][place], figures[second][place]].map((value) => 100 * value);
      [one, two].forEach((value, column) => (row.cells[3 + column].textContent = value.toFixed(1)));
      row.cells[5].textContent = `${one < two ? "" : "+"}${(one - two).toFixed(1)}`;
      row.cells[5].dataset.order = Math.abs(one - two).toFixed(1);
      const link = row.querySelector("a");
      link.href = `${link.getAttribute("href").split("&")[0]}&a=${first}&b=${second}`;
    });
    grid = grid ? grid.rows().invalidate() && grid : new DataTable("#questions", { autoWidth: false, pageLength: 25, order: [], language: { entries: { _: "questions", 1: "question" } } });
    grid.order([5, "desc"]);
    draw();
    if (!better) return;
    const signs = rows.map((row) => difference(row.cells[5].textContent)), count = (sign) => signs.filter((one) => one === sign).length.toLocaleString("en");
    $("output").textContent = `${first} answers ${count(1)} questions better, ${second} answers ${count(-1)} better, and both answer ${count(0)} alike.`;
  });
  if (better) better.onchange = draw;
  $("#kind").onchange = ({ target }) => grid.column(1).search(target.value && `^${DataTable.util.escapeRegex(target.value)}$`, true, false).draw();
}

// A question: its data come in files of some questions each, which call receive.
if ($("#asked")) {
  const { count, together, systems } = data("asked");
  const kept = new Map();
  const text = (tag, content, ...classes) => {
    const element = document.createElement(tag);
    element.textContent = content;
    element.classList.add(...classes);
    return element;
  };
  const address = (number) => {
    const parts = new URLSearchParams(location.hash.slice(1));
    parts.set("q", number);
    return `#${parts}`;
  };

  // A document as a card: modality, whether it is relevant, picture, text; then title, id, credit.
  function card(tag, document_, isRelevant, whole) {
    const element = text(tag, "", ...(whole ? ["card"] : []));
    const kind = text("div", document_.modality, "kind");
    if (isRelevant) kind.append(" ", text("b", "relevant"));
    element.append(kind);
    if (document_.thumbnail) {
      const [sheet, left, top, width, height] = document_.thumbnail;
      const picture = text("span", "", "thumbnail");
      picture.style = `background: url(images/${sheet}.webp) ${-left}px ${-top}px; width: ${width}px; height: ${height}px`;
      element.append(picture);
    }
    element.append(text("bdi", document_.text));
    if (whole) {
      if (document_.title) element.append(" ", text("cite", document_.title));
      element.append(" ", text("code", document_.id));
      if (document_.credit) element.append(" ", text("small", document_.credit));
    }
    return element;
  }

  function show(number) {
    const { documents, questions } = kept.get(Math.floor((number - 1) / together));
    const question = questions[(number - 1) % together], relevant = new Set(question.relevant);
    document.title = question.text;
    $("#question").replaceChildren(text("bdi", question.text));
    const facts = [...question.answers.map((answer) => ["Answer", answer]), ["Kind", question.category], ["Modality", question.modality], ["Id", question.id]];
    $("#about").replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) => {
      const line = text("div", ""), description = text("dd", "");
      description.append(text("bdi", value));
      line.append(text("dt", name), description);
      return line;
    }));
    const cards = (numbers) => numbers.map((one) => card("li", documents[one], relevant.has(one), true));
    $("#relevant").replaceChildren(...(question.relevant.length ? cards(question.relevant) : [text("li", "No relevant document is in the collection.")]));
    $("#documents").replaceChildren(...cards(question.documents));
    const lists = Object.fromEntries(systems.map((name, place) => {
      const section = text("section", ""), heading = text("h3", ""), link = text("a", name), list = text("ol", "");
      section.dataset.system = name;
      link.href = `systems/${name}.html`;
      heading.append(link);
      for (const one of question.lists[place]) {
        const item = card("li", documents[one], relevant.has(one), false);
        item.dataset.document = one;
        if (relevant.has(one)) item.classList.add("hit");
        list.append(item);
      }
      section.append(heading, list);
      return [name, section];
    }));
    $(".board").replaceChildren(...Object.values(lists));
    choose($("#sides"), systems, (first, second) => {
      document.querySelectorAll(".apart").forEach((item) => item.classList.remove("apart"));
      const shown = [first, second].map((name) => [...lists[name].querySelectorAll("li")]);
      shown.forEach((items, side) => {
        const others = new Set(shown[1 - side].map((item) => item.dataset.document));
        items.filter((item) => first !== second && !others.has(item.dataset.document)).forEach((item) => item.classList.add("apart"));
      });
      $(".board").prepend(lists[first], lists[second]);
    });
    for (const [id, other] of [["#before", number - 1], ["#after", number + 1]]) {
      $(id).hidden = other < 1 || other > count;
      $(id).href = address(other);
    }
  }

  function turn() {
    const asked = Number(new URLSearchParams(location.hash.slice(1)).get("q")) || 1;
    const number = Math.min(Math.max(Math.floor(asked), 1), count);
    const file = Math.floor((number - 1) / together);
    if (kept.has(file)) return show(number);
    window.receive = (received, content) => {
      kept.set(received, content);
      if (received === file) show(number);
    };
    const script = document.createElement("script");
    script.src = `questions/${file}.js`;
    document.head.append(script);
  }
  addEventListener("hashchange", turn);
  turn();
}
