const LEVELS = ["patients", "studies", "series", "instances"];

export default view("builder", (page) => {
  const { model, el, ask, onAnswer, listen, change, ready, atEnd } = page;
  const id = `dl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const button = (text, click, more = {}) => ownKeys(make("button", { type: "button", text, click, ...more }));
  const search = searchField(page, "Search series", "words in any text column");
  search.addEventListener("keydown", (event) => event.stopPropagation());
  const chips = make("div", { class: "dl-chips", role: "group", "aria-label": "Chosen" });
  const tiles = make("div", { class: "dl-tiles", role: "status" });
  const add = ownKeys(make("select", { "aria-label": "Show another column", change: () => add.value && change({ columns: [...model.get("columns"), add.value] }) }));
  const cards = make("div", { class: "dl-cards" });
  const why = ownKeys(make("input", { type: "text", "aria-label": "Why they are left out", placeholder: "why? e.g. localiser" }));
  const leave = button("Leave these out", () => {
    ask("leave", { why: why.value });
    why.value = "";
    search.focus();
  });
  const keep = button("Keep only these", () => ask("keep"));
  const clear = button("Clear", () => ask("clear"));
  const flow = make("table", { class: "dl-flow", "aria-label": "Steps" });
  const undo = button("Take the last step back", () => ask("undo"));
  const code = make("pre", { tabindex: 0, role: "region", "aria-label": "Code that makes this cohort" });
  ownKeys(code);
  const said = make("span", { class: "dl-soft", role: "status" });
  const copy = button("Copy code", async () => {
    said.textContent = (await copied(model.get("code"))) ? "Copied." : "Select it and copy.";
  });
  const file = make("input", { type: "file", accept: ".json", "aria-label": "File to load", class: "dl-unseen", tabindex: -1, change: async () => {
    try {
      ask("restore", { spec: JSON.parse(await file.files[0].text()) });
    } catch {
      said.textContent = "This is no saved choice.";
    }
    file.value = "";
  } });
  const save = button("Save", () => {
    const spec = Object.fromEntries(["query", "choices", "steps", "columns"].map((name) => [name, model.get(name)]));
    const link = make("a", { href: URL.createObjectURL(new Blob([JSON.stringify(spec, null, 1)], { type: "application/json" })), download: "cohort-builder.json" });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  why.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && !leave.disabled) leave.click();
  });
  el.append(
    tiles,
    make("div", { class: "dl-bar" }, search, add, chips),
    cards,
    make("div", { class: "dl-bar dl-act", role: "group", "aria-label": "What to do with what is chosen" }, keep, make("span", { class: "dl-soft", text: "or" }), why, leave, clear),
    make("h3", { text: "Flow" }), make("div", { class: "dl-scroll" }, flow),
    make("div", { class: "dl-bar" }, undo),
    make("h3", { text: "The same in Python" }), code,
    make("div", { class: "dl-bar" }, copy, save, button("Load", () => file.click()), file, said));

  let seen = null;
  const choiceOf = (column) => model.get("choices").find((c) => c.column === column) ?? { column, values: [], low: null, high: null };
  const choose = (choice) => {
    const others = model.get("choices").filter((c) => c.column !== choice.column);
    const isEmpty = !choice.values.length && choice.low == null && choice.high == null;
    change({ choices: isEmpty ? others : [...others, choice] });
  };
  const show = (value) => (value === null ? "no value" : value === "" ? "(empty)" : typeof value === "number" ? number(value) : value);
  const inWords = (c) => {
    const range = c.low == null && c.high == null ? "" : `${c.low ?? "…"} to ${c.is_below ? "below " : ""}${c.high ?? "…"}`;
    return `${c.column}: ${[...c.values.map(show), range].filter(Boolean).join(", ")}`;
  };

  // --- counts, chips, steps, code ---

  function drawTiles() {
    const [now, all] = [model.get("counts"), model.get("total")];
    tiles.replaceChildren(...LEVELS.map((level) => make("span", { class: "dl-tile" }, make("b", { text: number(now[level] ?? 0) }), ` ${level} `, make("small", { text: `of ${number(all[level] ?? 0)}` }))));
  }

  function drawChips() {
    const had = chips.contains(document.activeElement);
    chips.replaceChildren(...model.get("choices").map((c) => button(`${inWords(c).slice(0, 70)} ×`, () => choose({ column: c.column, values: [], low: null, high: null }), { class: "dl-chip dl-value", "aria-label": `Remove ${inWords(c)}` })));
    if (had) (chips.lastChild ?? search).focus();
    const isEmpty = !model.get("choices").length && !model.get("query").trim();
    for (const one of [leave, keep, clear, why]) one.disabled = isEmpty;
    undo.hidden = !model.get("steps").length;
    const shown = new Set(model.get("columns"));
    add.replaceChildren(make("option", { value: "", text: "Show another column…" }), ...model.get("offered").filter((name) => !shown.has(name)).sort().map((name) => make("option", { value: name, text: name })));
  }

  function drawFlow() {
    const says = { catalog: "Whole catalog", select: "Select", keep: "Keep", drop: "Leave out" };
    flow.replaceChildren(
      make("thead", {}, make("tr", {}, ...["Step", "Condition", "Why", ...LEVELS, "series left out"].map((text, i) => make("th", { scope: "col", class: i > 2 ? "dl-number" : "", text })))),
      make("tbody", {}, ...seen.flow.map((step, i) => make("tr", {}, make("th", { scope: "row", text: says[step.what] }),
        make("td", { class: "dl-value dl-where", text: step.where }), make("td", { class: "dl-value", text: step.why }),
        ...LEVELS.map((level) => make("td", { class: "dl-number", text: number(step[level]) })),
        make("td", { class: "dl-number", text: i ? number(seen.flow[i - 1].series - step.series) : "" })))));
    code.textContent = model.get("code");
  }

  // --- a column: a list of bars with one of them that keys act on ---

  const places = new Map(); // column: the number of the bar that keys act on
  const built = new Map(); // column: its card, kept while it is shown so that focus stays

  function card(facet) {
    const { column } = facet;
    const { unit, meaning } = seen.about[column] ?? {};
    const list = ownKeys(make("div", { role: "listbox", tabindex: 0, "aria-multiselectable": "true", "aria-label": column, class: facet.is_binned ? "dl-bins" : "dl-list" }));
    const foot = make("div", { class: "dl-foot" });
    const box = make("section", { class: "dl-card", "aria-label": column },
      make("header", {}, make("h4", { title: meaning ?? column, text: column }), unit ? make("small", { text: unit }) : null,
        button("×", () => change({ columns: model.get("columns").filter((name) => name !== column), choices: model.get("choices").filter((c) => c.column !== column) }), { class: "dl-away", "aria-label": `Hide ${column}`, title: "Hide" })),
      list, foot);
    const made = { box, list, foot, facet };
    const step = (by) => (event) => {
      const bars = list.children.length;
      const before = places.get(column) ?? 0;
      const now = Math.max(0, Math.min(before + by, bars - 1));
      places.set(column, now);
      mark(made);
      if (event.shiftKey && made.facet.is_binned) span(made, Math.min(made.anchor ?? before, now), Math.max(made.anchor ?? before, now));
      else made.anchor = now;
    };
    const across = facet.is_binned ? ["ArrowRight", "ArrowLeft"] : ["ArrowDown", "ArrowUp"];
    const keys = { [across[0]]: step(1), [across[1]]: step(-1), Home: step(-1e6), End: step(1e6), " ": () => press(made, places.get(column) ?? 0), Enter: () => press(made, places.get(column) ?? 0),
      Escape: () => choose({ column, values: [], low: null, high: null }) };
    list.addEventListener("keydown", (event) => {
      const work = !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key];
      if (work) {
        work(event);
        event.preventDefault();
      }
      if (work || event.key.length === 1) event.stopPropagation();
    });
    const barAt = (event) => list.contains(event.target) && event.target.closest("[role=option]");
    if (facet.is_binned) {
      let from = -1;
      const under = (event) => [...list.children].findIndex((bar) => { const r = bar.getBoundingClientRect(); return event.clientX >= r.left && event.clientX < r.right + 1; });
      list.addEventListener("pointerdown", (event) => {
        from = under(event);
        if (from >= 0) list.setPointerCapture(event.pointerId);
      });
      list.addEventListener("pointermove", (event) => {
        const now = under(event);
        if (from < 0 || now < 0) return;
        [...list.children].forEach((bar, i) => bar.classList.toggle("dl-brushed", i >= Math.min(from, now) && i <= Math.max(from, now)));
      });
      list.addEventListener("pointerup", (event) => {
        const now = under(event);
        for (const bar of list.children) bar.classList.remove("dl-brushed");
        if (from >= 0 && now >= 0) {
          places.set(column, now);
          if (now === from) press(made, now);
          else span(made, Math.min(from, now), Math.max(from, now));
        }
        from = -1;
      });
      foot.append(...ends(made));
    } else list.addEventListener("click", (event) => {
      const bar = barAt(event);
      if (!bar) return;
      places.set(column, [...list.children].indexOf(bar));
      press(made, places.get(column));
    });
    if (facet.kind === "text") foot.append(finder(made));
    return made;
  }

  // A range from one bar of a histogram to another; the outermost ones hold what lies beyond, too.
  function span({ facet }, first, last) {
    const bars = facet.bars;
    const known = Math.min(last, bars.length - 1);
    if (first >= bars.length) return;
    const low = first === 0 ? null : bars[first][0];
    const high = known === bars.length - 1 ? null : bars[known][1];
    choose({ column: facet.column, values: choiceOf(facet.column).values, low, high: low == null && high == null ? bars[known][1] : high, is_below: facet.kind === "number" && high != null });
  }

  function press(made, i) {
    const { facet } = made;
    const own = choiceOf(facet.column);
    if (facet.is_binned && i < facet.bars.length) {
      const [low, high] = facet.bars[i];
      if (own.low === low && own.high === high) return choose({ ...own, low: null, high: null });
      return choose({ ...own, low, high, is_below: facet.kind === "number" });
    }
    const value = i < facet.bars.length ? facet.bars[i][0] : null;
    choose({ ...own, values: own.values.includes(value) ? own.values.filter((v) => v !== value) : [...own.values, value] });
  }

  function mark({ list, facet }) {
    const at = Math.min(places.get(facet.column) ?? 0, list.children.length - 1);
    [...list.children].forEach((bar, i) => bar.classList.toggle("dl-active", i === at));
    const now = list.children[at];
    if (!now) return list.removeAttribute("aria-activedescendant");
    list.setAttribute("aria-activedescendant", now.id);
    if (list.scrollHeight > list.clientHeight) now.scrollIntoView({ block: "nearest" });
  }

  function fill(made, facet) {
    made.facet = facet;
    const { list, foot } = made;
    const own = choiceOf(facet.column);
    const counts = facet.bars.map((bar) => bar[bar.length - 1]);
    const most = Math.max(1, ...counts, facet.is_binned ? 0 : facet.missing);
    const isRanged = own.low != null || own.high != null;
    const label = (bar) => (facet.is_binned ? `${show(bar[0])} to ${show(bar[1])}` : String(show(bar[0])));
    const within = (bar) => (facet.is_binned ? isRanged && (own.low == null || bar[0] >= own.low) && (own.high == null || bar[1] <= own.high) : own.values.includes(bar[0]));
    const option = (text, n, isChosen, i, isLast) => {
      const bar = make("div", { role: "option", id: `${id}-${facet.column}-${i}`, "aria-selected": String(isChosen), "aria-label": `${text}: ${number(n)} series`, title: `${text}: ${number(n)} series`, class: isLast ? "dl-missing" : "" });
      bar.style.setProperty("--share", `${(100 * n) / most}%`);
      if (!facet.is_binned) bar.append(make("span", { class: "dl-value", text }), make("small", { text: number(n) }));
      else bar.append(isLast ? make("span", { text: `no value ${number(n)}` }) : make("i"));
      return bar;
    };
    const options = facet.bars.map((bar, i) => option(label(bar), counts[i], within(bar), i, false));
    if (facet.missing || own.values.includes(null)) options.push(option("no value", facet.missing, own.values.includes(null), facet.bars.length, true));
    list.replaceChildren(...options);
    list.classList.toggle("dl-some", isRanged || own.values.length > 0);
    if (!options.length) list.replaceChildren(make("div", { role: "option", "aria-selected": "false", class: "dl-soft", text: "nothing left" }));
    const more = foot.querySelector(".dl-others");
    if (more) more.textContent = facet.n_others > 0 ? `${number(facet.n_others)} more values in ${number(facet.others)} series` : "";
    for (const field of foot.querySelectorAll("[data-end]")) if (document.activeElement !== field) field.value = own[field.dataset.end] ?? "";
    mark(made);
  }

  function ends(made) {
    const { column, kind, bars } = made.facet;
    return [["from", "low", bars[0]?.[0]], ["to", "high", bars[bars.length - 1]?.[1]]].map(([text, end, hint]) => {
      const field = ownKeys(make("input", { type: kind === "date" ? "date" : "number", step: "any", "data-end": end, "aria-label": `${column} ${text}`, placeholder: hint ?? "", change: () => {
        const value = field.value === "" ? null : kind === "date" ? field.value : Number(field.value);
        choose({ ...choiceOf(column), [end]: value, ...(end === "high" ? { is_below: false } : {}) });
      } }));
      field.addEventListener("keydown", (event) => event.stopPropagation());
      return make("label", {}, `${text} `, field);
    });
  }

  function finder({ facet }) {
    const { column } = facet;
    const field = ownKeys(make("input", { type: "search", "aria-label": `Find a value of ${column}`, placeholder: "find a value" }));
    const pass = later(() => field.value.trim() && ask("values", { column, words: field.value }), 200);
    const found = make("div", { class: "dl-chips" });
    field.addEventListener("input", () => {
      if (!field.value.trim()) found.replaceChildren();
      pass();
    });
    field.addEventListener("keydown", (event) => event.stopPropagation());
    atEnd(pass.stop);
    const box = make("div", { class: "dl-finder" }, make("small", { class: "dl-others" }), field, found);
    box.dlFound = (values) => found.replaceChildren(...(values.length ? values.slice(0, 12).map((value) => button(value.slice(0, 60), () => {
      const own = choiceOf(column);
      if (!own.values.includes(value)) choose({ ...own, values: [...own.values, value] });
      field.value = "";
      found.replaceChildren();
      field.focus();
    }, { class: "dl-chip dl-value" })) : [make("small", { text: "none" })]));
    box.hidden = facet.bars.length + facet.n_others <= 12 && facet.n_others <= 0;
    return box;
  }

  function drawCards() {
    const names = new Set(seen.facets.map((f) => f.column));
    for (const [name, { box }] of built) if (!names.has(name)) {
      box.remove();
      built.delete(name);
    }
    for (const facet of seen.facets) {
      if (!built.has(facet.column)) {
        const made = card(facet);
        built.set(facet.column, made);
        cards.append(made.box);
      }
      fill(built.get(facet.column), facet);
    }
  }

  // --- what Python says ---

  onAnswer("look", (answer) => {
    seen = answer;
    drawTiles();
    drawChips();
    drawCards();
    drawFlow();
    ready();
  });
  onAnswer("values", ({ column, found }) => built.get(column)?.foot.querySelector(".dl-finder")?.dlFound(found));
  for (const kind of ["leave", "keep", "undo", "clear", "restore"]) onAnswer(kind, () => {});
  listen("change:revision", () => ask("look"));
  ask("look");
});
