const ROW = 26;
const HEAD = 30;
const TALLEST = 8_000_000; // px: browsers cap an element's height, so past this the scroll bar is scaled
const AHEAD = 60;

export default view("table", (page) => {
  const { model, el, ask, onAnswer, listen, ready, atEnd } = page;
  const id = `dl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  // Rows are made ready to be searched while the first are looked at: who is quicker than that is told.
  const wait = later(() => {
    const many = number(model.get("total"));
    if (!model.get("problem")) count.textContent = model.get("revision") ? `Looking through ${many} rows …` : `Making ${many} rows ready for the first search …`;
  }, 600);
  atEnd(wait.stop);
  const change = (values) => {
    if (Object.entries(values).some(([k, v]) => k !== "value" && JSON.stringify(model.get(k)) !== JSON.stringify(v))) wait();
    page.change(values);
  };
  const search = searchField({ ...page, change }, `Search ${model.get("title")}`, "words in any text column");
  const count = make("span", { class: "dl-count", role: "status" });
  const chips = make("div", { class: "dl-chips" });
  const chooser = ownKeys(make("button", { type: "button", text: "Columns", "aria-haspopup": "dialog", "aria-expanded": "false" }));
  const grid = ownKeys(make("div", { class: "dl-port", role: "grid", tabindex: 0, "aria-label": model.get("title"), "aria-multiselectable": "true" }));
  const head = make("div", { class: "dl-head", role: "row", "aria-rowindex": 1 });
  const space = make("div", { class: "dl-space", role: "presentation" });
  const body = make("div", { class: "dl-body", role: "rowgroup" });
  space.append(body);
  grid.append(make("div", { class: "dl-heads", role: "rowgroup" }, head), space);
  el.append(make("div", { class: "dl-bar" }, search, chooser, chips, count), grid);

  let have = { start: 0, rows: [], names: [], revision: -1 };
  let shown = [];
  let widths = {};
  let active = 0; // the row that keys act on; -1 is the row of names
  let column = 0;
  let anchor = 0;
  const about = () => Object.fromEntries(model.get("columns").map((c) => [c.name, c]));
  const matched = () => model.get("matched");
  const chosen = () => new Set(model.get("value"));
  const fit = () => Math.max(1, Math.floor((grid.clientHeight - HEAD) / ROW));
  const room = () => space.offsetHeight - (grid.clientHeight - HEAD);
  const top = () => (room() <= 0 ? 0 : Math.round(Math.min(grid.scrollTop / room(), 1) * Math.max(0, matched() - fit())));
  const keyOf = (i) => (have.revision === model.get("revision") ? have.rows[i - have.start]?.[0] : undefined);
  let isDue = false; // keys chose a row that has not come yet

  const fetch = later((start, count) => ask("rows", { start, count }), 25);
  atEnd(fetch.stop);

  // --- drawing ---

  function measure() {
    const known = about();
    for (const name of shown) {
      if (widths[name]) continue;
      const at = have.names.indexOf(name) + 1;
      const longest = Math.max(name.length + 5, ...have.rows.slice(0, 60).map((row) => (row[at] ?? "").length));
      widths[name] = Math.min(Math.max(longest * 7.4 + 16, 64), known[name]?.kind === "number" ? 160 : 300);
    }
    const template = shown.map((name) => `${Math.round(widths[name] ?? 120)}px`).join(" ");
    grid.style.setProperty("--columns", template);
  }

  function drawHead() {
    const known = about();
    const [sorted, way] = model.get("sort");
    const filtered = new Set(model.get("filters").map((f) => f.column));
    head.replaceChildren(
      ...shown.map((name, i) => {
        const { unit, meaning, kind } = known[name] ?? {};
        const is = sorted === name ? way : "";
        const sort = make("button", { type: "button", tabindex: -1, class: "dl-sort", click: () => sortBy(name), title: [meaning, unit && `Unit: ${unit}`].filter(Boolean).join(" ") || name },
          make("span", { text: name }), unit ? make("small", { text: ` ${unit}` }) : null, is ? make("span", { "aria-hidden": "true", text: is === "asc" ? " ▲" : " ▼" }) : null);
        const menu = make("button", { type: "button", tabindex: -1, class: "dl-menu", "aria-label": `Filter ${name}`, "aria-haspopup": "dialog", "aria-expanded": "false", text: filtered.has(name) ? "▼" : "⋮", click: () => openFacet(name, menu) });
        menu.dlFocus = grid;
        return make("div", { id: `${id}-h${i}`, role: "columnheader", "aria-colindex": i + 1, "aria-sort": is ? `${is}ending` : "none", class: kind === "number" ? "dl-number" : "" }, sort, menu);
      }),
    );
    markActive();
  }

  function draw() {
    const first = top();
    const need = Math.max(0, Math.min(fit() + 1, matched() - first));
    body.style.transform = `translateY(${grid.scrollTop}px)`;
    const isHere = have.revision === model.get("revision") && first >= have.start && first + need <= have.start + have.rows.length;
    if (!isHere && need) {
      fetch(Math.max(0, first - AHEAD), need + 2 * AHEAD);
      return;
    }
    const known = about();
    const picked = chosen();
    const at = shown.map((name) => have.names.indexOf(name) + 1);
    body.replaceChildren(
      ...have.rows.slice(first - have.start, first - have.start + need).map((cells, k) => {
        const row = make("div", { class: "dl-row", role: "row", id: `${id}-${first + k}`, "aria-rowindex": first + k + 2, "aria-selected": String(picked.has(cells[0])) });
        row.dataset.key = cells[0];
        row.dataset.row = first + k;
        row.append(...shown.map((name, i) => {
          const text = cells[at[i]];
          return make("div", { role: "gridcell", "aria-colindex": i + 1, text, title: text?.length > 24 ? text : null, class: `dl-value${known[name]?.kind === "number" ? " dl-number" : ""}` });
        }));
        return row;
      }),
    );
    markActive();
    el.dataset.first = first;
    ready();
  }

  function markActive() {
    for (const row of body.children) row.classList.toggle("dl-active", Number(row.dataset.row) === active);
    [...head.children].forEach((cell, i) => cell.classList.toggle("dl-active", active === -1 && i === column));
    const now = active === -1 ? `${id}-h${column}` : `${id}-${active}`;
    if (document.getElementById(now)) grid.setAttribute("aria-activedescendant", now);
    else grid.removeAttribute("aria-activedescendant");
  }

  function tell() {
    wait.stop();
    const many = model.get("value").length;
    const words = `${number(matched())} of ${number(model.get("total"))} rows${many ? `, ${number(many)} chosen` : ""}`;
    if (count.textContent !== words) count.textContent = words;
  }

  function drawChips() {
    chips.replaceChildren(
      ...model.get("filters").map((f, i) => {
        const value = Array.isArray(f.value) ? f.value.join(", ") : (f.value ?? "");
        const words = `${f.column} ${f.op} ${value}`.trim();
        return ownKeys(make("button", { type: "button", class: "dl-chip dl-value", "aria-label": `Remove filter ${words}`, text: `${words.slice(0, 60)} ×`, click: () => {
          change({ filters: model.get("filters").filter((_, k) => k !== i) });
          grid.focus();
        } }));
      }),
    );
  }

  function reset() {
    if (active > 0) active = 0;
    isDue = false;
    grid.setAttribute("aria-rowcount", matched() + 1);
    grid.setAttribute("aria-colcount", shown.length);
    space.style.height = `${Math.min(matched() * ROW, TALLEST)}px`;
    grid.scrollTop = 0;
    tell();
    drawHead();
    drawChips();
    if (matched()) return draw();
    body.replaceChildren(make("div", { class: "dl-row", role: "row" }, make("div", { role: "gridcell", class: "dl-none", text: model.get("total") ? "No row fits. Take a word or a filter away." : "There are no rows in it." })));
    grid.removeAttribute("aria-activedescendant");
    ready();
  }

  // --- gestures ---

  function sortBy(name) {
    const [sorted, way] = model.get("sort");
    change({ sort: sorted !== name ? [name, "asc"] : way === "asc" ? [name, "desc"] : ["", "asc"] });
  }

  function toggle(key) {
    if (key == null) return;
    const now = model.get("value");
    change({ value: now.includes(key) ? now.filter((k) => k !== key) : [...now, key] });
  }

  function choose() {
    const key = keyOf(active);
    isDue = key == null;
    toggle(key);
  }

  function go(i, extend = false) {
    isDue = false;
    active = Math.max(-1, Math.min(i, matched() - 1));
    const last = Math.max(1, matched() - fit());
    if (active >= 0 && active < top()) grid.scrollTop = (Math.min(active, last) / last) * room();
    else if (active >= top() + fit()) grid.scrollTop = (Math.min(active - fit() + 1, last) / last) * room();
    if (extend && active >= 0) ask("range", { start: anchor, end: active });
    if (!extend) anchor = Math.max(0, active);
    draw();
  }

  const keys = {
    ArrowDown: (e) => go(active + 1, e.shiftKey),
    ArrowUp: (e) => go(active - 1, e.shiftKey),
    PageDown: (e) => go(active + fit(), e.shiftKey),
    PageUp: (e) => go(Math.max(0, active - fit()), e.shiftKey),
    Home: () => go(0),
    End: () => go(matched() - 1),
    ArrowLeft: () => aside(-1),
    ArrowRight: () => aside(1),
    Enter: () => (active < 0 ? sortBy(shown[column]) : choose()),
    " ": () => (active < 0 ? sortBy(shown[column]) : choose()),
    f: () => openFacet(shown[column], head.children[column].querySelector(".dl-menu")),
    c: () => copyRow(),
    "/": () => search.focus(),
    Escape: () => change({ value: [] }),
  };

  function aside(step) {
    column = Math.max(0, Math.min(column + step, shown.length - 1));
    const cell = head.children[column];
    grid.scrollLeft = Math.min(cell.offsetLeft, Math.max(grid.scrollLeft, cell.offsetLeft + cell.offsetWidth - grid.clientWidth));
    markActive();
  }

  async function copyRow() {
    const cells = have.rows[active - have.start];
    if (!cells) return;
    const text = shown.map((name) => cells[have.names.indexOf(name) + 1] ?? "").join("\t");
    if (await copied(text)) count.textContent = "Row copied";
  }

  grid.addEventListener("keydown", (event) => {
    const work = !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key];
    if (event.target !== grid) return;
    if (!work) {
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    work(event);
  });
  body.addEventListener("click", (event) => {
    const row = event.target.closest(".dl-row");
    if (!row?.dataset.key) return;
    active = Number(row.dataset.row);
    if (event.shiftKey) ask("range", { start: anchor, end: active });
    else {
      anchor = active;
      toggle(row.dataset.key);
    }
    markActive();
    grid.focus();
  });
  search.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") {
      event.preventDefault();
      grid.focus();
    }
  });
  let isDrawing = false;
  grid.addEventListener("scroll", () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  });

  // --- filters of a column ---

  let opened = null; // the column whose window is open, and its button
  function openFacet(name, button) {
    opened = { name, button };
    ask("facet", { column: name });
  }

  function withFilter(name, ops, filter) {
    const others = model.get("filters").filter((f) => f.column !== name || !ops.includes(f.op));
    change({ filters: filter ? [...others, filter] : others });
  }

  function drawFacet(facet) {
    if (opened?.name !== facet.column) return;
    const { name, button } = opened;
    const own = model.get("filters").filter((f) => f.column === name);
    const ticked = new Set(own.find((f) => f.op === "in")?.value ?? []);
    const parts = [make("strong", { text: name })];
    const most = Math.max(1, ...facet.values.map((v) => v[1]));
    for (const [value, n] of facet.values) {
      const box = make("input", { type: "checkbox", change: () => {
        if (box.checked) ticked.add(value);
        else ticked.delete(value);
        withFilter(name, ["in"], ticked.size ? { column: name, op: "in", value: [...ticked] } : null);
      } });
      box.checked = ticked.has(value);
      const label = make("label", { class: "dl-facet" }, box, make("span", { class: "dl-value", text: value === "" ? "(empty)" : value }), make("small", { text: number(n) }));
      label.style.setProperty("--share", `${(100 * n) / most}%`);
      parts.push(label);
    }
    if (facet.distinct > facet.values.length && facet.values.length) parts.push(make("p", { text: `and ${number(facet.distinct - facet.values.length)} more values: search for them` }));
    if (facet.bars.length) parts.push(...range(name, facet, own));
    if (facet.missing) {
      const box = make("input", { type: "checkbox", change: () => withFilter(name, ["is missing"], box.checked ? { column: name, op: "is missing" } : null) });
      box.checked = own.some((f) => f.op === "is missing");
      parts.push(make("label", { class: "dl-facet" }, box, make("em", { text: "missing" }), make("small", { text: number(facet.missing) })));
    }
    if (parts.length === 1) parts.push(make("p", { text: "No values." }));
    parts.push(make("button", { type: "button", text: "Clear", click: () => {
      change({ filters: model.get("filters").filter((f) => f.column !== name) });
      el.querySelector(".dl-pop")?.close();
    } }));
    popover(el, button, `Filter ${name}`, parts);
  }

  function range(name, { low, high, bars }, own) {
    const tallest = Math.max(...bars);
    const strip = make("div", { class: "dl-bars", role: "img", "aria-label": `From ${low} to ${high}` }, ...bars.map((n) => {
      const bar = make("i");
      bar.style.height = `${n ? Math.max(6, (100 * n) / tallest) : 0}%`;
      return bar;
    }));
    const ends = [["From", ">=", low], ["to", "<=", high]].map(([words, op, end]) => {
      const field = make("input", { type: "number", step: "any", placeholder: String(end), change: () => withFilter(name, [op], field.value === "" ? null : { column: name, op, value: Number(field.value) }) });
      field.value = own.find((f) => f.op === op)?.value ?? "";
      return make("label", { class: "dl-end", text: words }, field);
    });
    return [strip, make("div", { class: "dl-ends" }, ...ends)];
  }

  chooser.addEventListener("click", () => {
    const now = new Set(shown);
    const boxes = model.get("columns").map(({ name, meaning }) => {
      const box = make("input", { type: "checkbox", change: () => {
        const names = box.checked ? [...model.get("shown"), name] : model.get("shown").filter((n) => n !== name);
        if (names.length) change({ shown: names });
      } });
      box.checked = now.has(name);
      return make("label", { title: meaning }, box, name);
    });
    const find = make("input", { type: "search", "aria-label": "Find a column", placeholder: "find a column", input: () => {
      for (const label of boxes) label.hidden = !`${label.textContent} ${label.title}`.toLowerCase().includes(find.value.toLowerCase());
    } });
    popover(el, chooser, "Columns", [find, ...boxes]);
  });

  // --- what Python says ---

  onAnswer("rows", (answer) => {
    have = answer;
    measure();
    draw();
    if (isDue) choose();
  });
  onAnswer("facet", drawFacet);
  onAnswer("range", tell);
  listen("change:revision change:columns change:total", () => {
    shown = model.get("shown");
    reset();
  });
  listen("change:problem", tell);
  listen("change:value", () => {
    const picked = chosen();
    for (const row of body.children) if (row.dataset.key) row.setAttribute("aria-selected", String(picked.has(row.dataset.key)));
    tell();
  });
  const watch = new ResizeObserver(() => draw());
  watch.observe(grid);
  shown = model.get("shown");
  reset();
  return () => watch.disconnect();
});
