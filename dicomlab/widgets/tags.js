const ROW = 26;
const AHEAD = 80;
const FILTERS = ["private", "public", "empty", "with value", "phi", "retired", "no meta", "no nested"];
const HINTS = { "with value": "has a value", phi: "PS3.15", "no meta": "hide file meta", "no nested": "hide nested" };
const MODES = { one: "One at a time", varies: "Only what varies", side: "Side by side" };
const WIDTHS = {
  one: ["108px", "minmax(200px, 1.3fr)", "40px", "minmax(220px, 2fr)", "64px", "78px"],
  varies: ["108px", "minmax(200px, 1.3fr)", "40px", "110px", "76px", "minmax(260px, 2fr)"],
};

export default view("tags", (page) => {
  const { model, el, ask, onAnswer, listen, change, ready, atEnd } = page;
  const id = `dl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const get = (name) => model.get(name);
  const button = (text, click, more = {}) => ownKeys(make("button", { type: "button", text, click, ...more }));

  // --- the controls ---

  const search = searchField(page, "Search tags", "words, or vr:DS group:0018 phi:yes value:>5");
  const count = make("span", { class: "dl-count", role: "status" });
  const toggles = FILTERS.map((name) => button(HINTS[name] ?? name, () => {
    const now = get("filters");
    change({ filters: now.includes(name) ? now.filter((f) => f !== name) : [...now, name] });
  }, { "aria-pressed": "false", class: "dl-toggle" }));
  const group = ownKeys(make("select", { "aria-label": "Group", change: () => change({ group: group.value }) }));
  const modes = Object.entries(MODES).map(([mode, words]) => button(words, () => change({ mode }), { "aria-pressed": "false" }));
  const expand = button("Expand all", () => ask("fold", { path: "*", is_open: !get("opened").includes("*") }));
  const series = ownKeys(make("select", { "aria-label": "Series", class: "dl-series", change: () => change({ series: series.value }) }));
  const slider = ownKeys(make("input", { type: "range", min: 0, "aria-label": "Instance", input: () => slide() }));
  const which = make("output", { class: "dl-value" });
  const slide = later(() => change({ instance: Number(slider.value) }), 40);
  atEnd(slide.stop);
  const equal = check("Hide what is equal", "hide_equal");
  const ignore = check("Leave out UIDs and dates", "ignore");
  const beside = make("span", { class: "dl-beside" });
  const masked = make("span", { class: "dl-badge", text: "masked", title: "Pseudonyms stand for what may identify a patient: dl.options.mask" });
  const save = ["csv", "json"].map((form) => button(form.toUpperCase(), () => ask("save", { form }), { "aria-label": `Save as ${form.toUpperCase()}` }));
  const browse = make("div", { class: "dl-bar" }, series, make("span", { class: "dl-slide" }, slider, which), ...modes, equal, ignore, beside);
  el.append(
    make("div", { class: "dl-bar" }, search, masked, ...save, count),
    make("div", { class: "dl-bar" }, group, ...toggles, expand),
    browse,
  );

  function check(words, trait) {
    const box = ownKeys(make("input", { type: "checkbox", change: () => change({ [trait]: box.checked }) }));
    const label = make("label", {}, box, words);
    label.sync = () => (box.checked = get(trait));
    return label;
  }

  // --- the rows ---

  const grid = ownKeys(make("div", { class: "dl-port", role: "treegrid", tabindex: 0, "aria-label": "Tags", "aria-multiselectable": "true" }));
  const head = make("div", { class: "dl-head", role: "row", "aria-rowindex": 1 });
  const space = make("div", { class: "dl-space", role: "presentation" });
  const body = make("div", { class: "dl-body", role: "rowgroup" });
  space.append(body);
  grid.append(make("div", { class: "dl-heads", role: "rowgroup" }, head), space);
  const panel = make("section", { class: "dl-panel", "aria-label": "About the tag" });
  el.append(grid, panel);

  let have = { start: 0, rows: [], heads: [], revision: -1, mode: "" };
  let active = 0;
  let keep = null; // the path that stays the active row while rows come and go above it
  const shown = () => get("shown");
  const fit = () => Math.max(1, Math.floor((grid.clientHeight - ROW) / ROW));
  const rowAt = (i) => have.rows[i - have.start];
  const fetch = later((start, many) => ask("rows", { start, count: many }), 20);
  atEnd(fetch.stop);

  function columns() {
    if (have.mode === "varies") return ["Tag", "Keyword", "VR", "State", "Distinct", "Values"];
    if (have.mode === "side") return ["Tag", "Keyword", "VR", "", ...have.heads];
    return ["Tag", "Keyword", "VR", "Value", "Unit", "PS3.15"];
  }

  function drawHead() {
    const names = columns();
    const widths = WIDTHS[have.mode] ?? ["108px", "minmax(190px, 1fr)", "40px", "34px", ...have.heads.map(() => "minmax(150px, 1fr)")];
    grid.style.setProperty("--columns", widths.join(" "));
    head.replaceChildren(...names.map((name, i) => make("div", { role: "columnheader", "aria-colindex": i + 1, class: "dl-value", text: name || "≟", title: name || "Same in all, or not", "aria-label": name ? null : "State" })));
  }

  // The words that are searched for are marked where they stand, as text.
  function marked(cell, text) {
    const words = get("query").toLowerCase().split(/\s+/).filter((w) => w.length > 1 && !w.includes(":"));
    const low = text.toLowerCase();
    const spots = words.map((w) => [low.indexOf(w), w.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
    let at = 0;
    for (const [start, length] of spots) {
      if (start < at) continue;
      cell.append(text.slice(at, start), make("mark", { text: text.slice(start, start + length) }));
      at = start + length;
    }
    cell.append(text.slice(at));
    return cell;
  }

  const cellOf = (text, more = {}) => marked(make("div", { role: "gridcell", class: "dl-value", title: text.length > 30 ? text : null, ...more }), text);

  function named(row) {
    const cell = make("div", { role: "gridcell", class: "dl-value dl-name", title: row.path });
    cell.style.paddingLeft = `${8 + 14 * row.depth}px`;
    if (row.fold) cell.append(make("span", { class: "dl-fold", "aria-hidden": "true", text: row.fold === 2 ? "▾" : "▸" }));
    if (row.pinned) cell.append(make("span", { class: "dl-pin", title: "pinned", "aria-label": "pinned", role: "img", text: "★" }));
    return marked(cell, row.path_shown ? row.path : row.keyword);
  }

  function cellsOf(row) {
    const first = [cellOf(row.tag, { class: "dl-value dl-code" }), named(row), cellOf(row.vr, { class: "dl-code", title: null })];
    if (have.mode === "varies") {
      const bars = make("div", { role: "gridcell", class: "dl-value dl-counts" }, ...row.counts.map(([text, n]) => {
        const one = make("span", { title: `${text}: ${n} of ${row.of}` }, text, make("small", { text: ` ×${number(n)}` }));
        one.style.setProperty("--share", `${(100 * n) / row.of}%`);
        return one;
      }), row.distinct > row.counts.length ? "…" : null);
      const state = row.state === "differs" ? "≠ differs" : `∅ in ${row.of - row.missing} of ${row.of}`;
      return [...first, cellOf(state), cellOf(number(row.distinct), { class: "dl-number" }), bars];
    }
    if (have.mode === "side") {
      const sign = { same: "=", differs: "≠" }[row.state] ?? "∅";
      return [...first, cellOf(sign, { title: row.state, "aria-label": row.state }), ...row.values.map((value, i) => cellOf(value ?? "not there", { class: `dl-value${value === null ? " dl-none" : row.same[i] ? "" : " dl-other"}` }))];
    }
    const value = cellOf(row.value, { class: `dl-value${row.changed ? " dl-other" : ""}` });
    if (row.changed) value.prepend(make("span", { class: "dl-sign", role: "img", "aria-label": "changed", text: "≠ " }));
    return [...first, value, cellOf(row.unit, { title: null }), cellOf(row.phi, { class: row.phi ? "dl-phi" : "", title: row.phi ? "PS3.15 Annex E: may identify" : null })];
  }

  function draw() {
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW));
    const need = Math.max(0, Math.min(fit() + 2, shown() - first));
    const isHere = have.revision === get("revision") && first >= have.start && first + need <= have.start + have.rows.length;
    if (!isHere && (need || have.revision !== get("revision"))) {
      fetch(Math.max(0, first - AHEAD), need + 2 * AHEAD);
      return;
    }
    const chosen = new Set(get("value"));
    body.style.transform = `translateY(${first * ROW}px)`;
    body.replaceChildren(...have.rows.slice(first - have.start, first - have.start + need).map((row, k) => {
      const i = first + k;
      const line = make("div", {
        class: `dl-row${row.private ? " dl-private" : ""}${row.item ? " dl-item" : ""}`, role: "row", id: `${id}-${i}`, "aria-rowindex": i + 2,
        "aria-level": row.depth + 1, "aria-selected": String(chosen.has(row.path)), "aria-expanded": row.fold ? String(row.fold === 2) : null,
      }, ...cellsOf(row));
      line.dataset.row = i;
      line.dataset.path = row.path;
      return line;
    }));
    if (!shown()) body.replaceChildren(make("div", { class: "dl-row", role: "row" }, make("div", { role: "gridcell", class: "dl-none dl-wide", text: get("mode") === "one" ? "No tag fits. Take a word or a filter away." : get("count") > 1 ? "Nothing differs, of what is asked for." : "There is one header only, so nothing was compared." })));
    mark();
    ready();
  }

  function mark() {
    for (const line of body.children) line.classList.toggle("dl-active", Number(line.dataset.row) === active);
    if (document.getElementById(`${id}-${active}`)) grid.setAttribute("aria-activedescendant", `${id}-${active}`);
    else grid.removeAttribute("aria-activedescendant");
  }

  const tell = () => {
    const many = get("value").length;
    const words = `${number(get("found"))} of ${number(get("total"))} tags${many ? `, ${number(many)} chosen` : ""}`;
    if (count.textContent !== words) count.textContent = words;
  };

  function controls() {
    FILTERS.forEach((name, i) => toggles[i].setAttribute("aria-pressed", String(get("filters").includes(name))));
    modes.forEach((one, i) => one.setAttribute("aria-pressed", String(Object.keys(MODES)[i] === get("mode"))));
    const isMany = get("count") > 1;
    browse.hidden = !isMany && !get("choices").length;
    for (const one of modes) one.hidden = !isMany;
    slider.parentElement.hidden = !isMany || get("mode") !== "one";
    expand.hidden = get("mode") !== "one";
    expand.textContent = get("opened").includes("*") ? "Collapse all" : "Expand all";
    equal.hidden = get("mode") !== "side";
    ignore.hidden = get("mode") === "one";
    equal.sync();
    ignore.sync();
    slider.max = get("count") - 1;
    if (!slide.isWaiting()) slider.value = get("instance");
    which.textContent = `${number(get("instance") + 1)} of ${number(get("count"))}: ${get("labels")[get("instance")] ?? ""}`;
    masked.hidden = !get("masked");
    options(group, [["", "all groups"], ...get("groups").map((g) => [g, g])], get("group"));
    series.hidden = !get("choices").length;
    options(series, get("choices"), get("series"));
    besides();
  }

  function options(select, pairs, now) {
    const words = JSON.stringify(pairs);
    if (select.dataset.words !== words) {
      select.replaceChildren(...pairs.map(([value, text]) => make("option", { value, text })));
      select.dataset.words = words;
    }
    select.value = now;
  }

  // Which headers stand side by side.
  function besides() {
    beside.hidden = get("mode") !== "side" || get("count") < 3;
    if (beside.hidden || beside.contains(document.activeElement)) return;
    const labels = get("labels");
    const now = get("side").length ? get("side") : [0, 1];
    const pick = (at, value) => change({ side: value < 0 ? now.filter((_, k) => k !== at) : Object.assign([...now], { [at]: value }) });
    beside.replaceChildren(...now.map((n, at) => {
      const select = ownKeys(make("select", { "aria-label": `Header ${at + 1}`, change: () => {
        select.blur();
        pick(at, Number(select.value));
      } }, ...labels.slice(0, 1000).map((label, k) => make("option", { value: k, text: `${k + 1}: ${label}` }))));
      if (now.length > 2) select.append(make("option", { value: -1, text: "take away" }));
      select.value = n;
      return select;
    }), now.length < Math.min(6, labels.length) ? button("Add one", (event) => {
      event.target.blur();
      pick(now.length, labels.findIndex((_, k) => !now.includes(k)));
    }) : "");
  }

  function reset() {
    active = Math.min(active, Math.max(0, shown() - 1));
    grid.setAttribute("aria-rowcount", shown() + 1);
    space.style.height = `${shown() * ROW}px`;
    tell();
    controls();
    draw();
  }

  // --- gestures ---

  function toggle(path) {
    const now = get("value");
    change({ value: now.includes(path) ? now.filter((p) => p !== path) : [...now, path] });
  }
  const detail = later((path) => ask("detail", { path }), 60);
  atEnd(detail.stop);

  function go(i) {
    active = Math.max(0, Math.min(i, shown() - 1));
    if (active * ROW < grid.scrollTop) grid.scrollTop = active * ROW;
    else if ((active + 1) * ROW > grid.scrollTop + fit() * ROW) grid.scrollTop = (active - fit() + 1) * ROW;
    draw();
    select();
  }

  function select() {
    const path = rowAt(active)?.path;
    if (!path || path === get("selected")) return;
    change({ selected: path });
    detail(path);
  }

  const fold = (is_open) => {
    const row = rowAt(active);
    if (row?.fold && (row.fold === 2) !== is_open) ask("fold", { path: row.path, is_open });
    else if (!is_open && row?.depth) {
      for (let i = active - 1; i >= have.start; i--) if (rowAt(i)?.depth < row.depth) return go(i);
    }
  };

  function pin(path) {
    if (!path) return;
    keep = path;
    ask("pin", { path });
  }

  const say = (words) => (count.textContent = words);
  const copy = async (what, text) => {
    if (text && (await copied(text))) say(`${what} copied`);
  };
  let about = {};
  const keyword = (row) => row?.path.split(/[.[]/).at(-1) && (about.path === row.path && about.keyword ? about.keyword : row.keyword);
  const keys = {
    ArrowDown: () => go(active + 1),
    ArrowUp: () => go(active - 1),
    PageDown: () => go(active + fit()),
    PageUp: () => go(active - fit()),
    Home: () => go(0),
    End: () => go(shown() - 1),
    ArrowRight: () => fold(true),
    ArrowLeft: () => fold(false),
    Enter: () => (rowAt(active)?.fold ? fold(rowAt(active).fold !== 2) : select()),
    " ": () => rowAt(active) && toggle(rowAt(active).path),
    p: () => pin(rowAt(active)?.path),
    c: () => copy("Keyword", keyword(rowAt(active))),
    t: () => copy("Tag", rowAt(active)?.tag),
    y: () => copy("Path", rowAt(active)?.path),
    "/": () => search.focus(),
    Escape: () => change({ value: [] }),
  };
  grid.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const work = isPlain && keys[event.key];
    if (work) {
      event.preventDefault();
      work();
    }
    if (work || (isPlain && event.key.length === 1)) event.stopPropagation();
  });
  search.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") {
      event.preventDefault();
      grid.focus();
      go(active);
    }
  });
  body.addEventListener("click", (event) => {
    const line = event.target.closest(".dl-row");
    if (!line?.dataset.path) return;
    active = Number(line.dataset.row);
    const row = rowAt(active);
    if (event.ctrlKey || event.metaKey) toggle(row.path);
    else if (row?.fold && (event.target.closest(".dl-fold") || event.detail === 2)) fold(row.fold !== 2);
    mark();
    select();
    grid.focus();
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

  // --- about the tag ---

  function drawPanel() {
    const d = about;
    if (!d.path) {
      panel.replaceChildren(make("p", { class: "dl-hint", text: "Choose a row to read about it. Keys: ↑ ↓ move, ← → fold, space choose, p pin, c copy keyword, t tag, y path, / search." }));
      return;
    }
    const facts = [
      d.meaning && d.meaning !== `${d.name}.` ? d.meaning : "",
      [d.vr && `VR ${d.vr}`, d.vm > 1 ? `${number(d.vm)} values` : "", d.length != null ? `${number(d.length)} bytes` : "", d.unit && `unit ${d.unit}`, d.creator && `creator ${d.creator}`].filter(Boolean).join(" · "),
      d.where, d.action,
    ].filter(Boolean);
    const isPinned = get("pinned").includes(d.path);
    const isChosen = get("value").includes(d.path);
    const work = d.item ? [] : [
      button("Copy keyword", () => copy("Keyword", d.keyword), { disabled: !d.keyword }), button("Copy tag", () => copy("Tag", d.tag)),
      button("Copy path", () => copy("Path", d.path)), button("Copy code", () => copy("Code", d.code)),
      button("Pin", () => pin(d.path), { "aria-pressed": String(isPinned) }),
      button("Choose", () => toggle(d.path), { "aria-pressed": String(isChosen) }),
      button("Add as column", () => ask("column", { path: d.path }), { disabled: d.vr === "SQ" }), button("Add to recipe", () => ask("line", { path: d.path })),
    ];
    if (get("can_write") && get("added").length) work.push(button(`Write ${get("added").length} to the catalog`, () => sure()));
    panel.replaceChildren(
      make("h3", { class: "dl-value" }, d.item ? d.path : d.name || d.keyword || "Unknown", make("code", { text: d.tag })),
      ...facts.map((text) => make("p", { class: "dl-value", text })),
      make("pre", { class: "dl-value", text: d.value, tabindex: 0, "aria-label": "Value" }),
      make("code", { class: "dl-path dl-value", text: d.code }),
      make("div", { class: "dl-bar" }, ...work),
    );
    ownKeys(panel.querySelector("pre"));
  }

  function sure() {
    const again = button("Yes, add them", () => {
      ask("write");
      again.replaceWith("Working…");
    });
    panel.append(make("p", { class: "dl-hint" }, "The columns are read from the kept headers of all instances. ", again));
    again.focus();
  }

  // --- what Python says ---

  onAnswer("rows", (answer) => {
    const isOther = answer.mode !== have.mode || answer.heads.join() !== have.heads.join();
    have = answer;
    if (isOther) drawHead();
    const at = keep === null ? -1 : have.rows.findLastIndex((row) => row.path === keep);
    if (at >= 0) grid.scrollTop += (have.start + at - active) * ROW;
    if (at >= 0) active = have.start + at;
    keep = null;
    draw();
  });
  onAnswer("detail", (answer) => {
    about = answer;
    drawPanel();
  });
  for (const kind of ["pin", "fold", "column", "line", "write"]) onAnswer(kind, () => kind === "fold" || drawPanel());
  onAnswer("save", ({ name, text }) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/plain" })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    say(`${name} saved`);
  });
  listen("change:revision", reset);
  listen("change:notice", () => say(get("notice")));
  listen("change:labels change:choices change:count", controls);
  listen("change:value change:pinned change:added", () => {
    const chosen = new Set(get("value"));
    for (const line of body.children) if (line.dataset.path) line.setAttribute("aria-selected", String(chosen.has(line.dataset.path)));
    tell();
    if (about.path) drawPanel();
  });
  const watch = new ResizeObserver(() => draw());
  watch.observe(grid);
  drawPanel();
  reset();
  return () => watch.disconnect();
});
