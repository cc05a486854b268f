const BADGES = { 0: "✓", 1: "○", 2: "◆", 3: "▲" };
const STATES = {
  changed: (n) => [`▼ ${n}`, `${n} open ${n === 1 ? "change" : "changes"}`],
  decided: () => ["✓", "changed, and decided"],
  quiet: () => ["·", "monitored, quiet"],
  "not monitored": () => ["", "not monitored"],
};
const SVG = "http://www.w3.org/2000/svg";

export default view("dashboard", (page) => {
  const { model, el, ask, onAnswer, listen, change, ready } = page;
  const id = `dl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const headline = make("strong", { class: "dl-headline" });
  const scope = make("p", { class: "dl-soft" });
  const trail = make("nav", { class: "dl-bar dl-trail", "aria-label": "Where you are" });
  const findings = ownKeys(make("ul", { role: "listbox", tabindex: 0, "aria-label": "What changed, worst first" }));
  const map = ownKeys(make("table", { role: "grid", tabindex: 0, "aria-label": "Fleet: parameters by devices" }));
  const left = make("p", { class: "dl-soft", hidden: true });
  const detail = make("section", { class: "dl-detail", "aria-label": "What is shown" });
  const rows = make("div", { class: "dl-rows" });
  const folds = make("div", { class: "dl-folds" });
  const legend = make("p", { class: "dl-legend dl-soft" },
    ...["changed", "decided", "quiet", "not monitored"].map((state) => make("span", {}, make("i", { class: "dl-cell", "data-state": state, "aria-hidden": "true", text: STATES[state]("")[0] }),
      { changed: "changed (how often)", decided: "decided", quiet: "monitored, quiet", "not monitored": "not monitored" }[state])));
  el.append(
    make("div", { class: "dl-top" }, headline, scope),
    make("div", { class: "dl-two" },
      make("section", { "aria-label": "Findings" }, make("h3", { text: "What changed, worst first" }), findings),
      make("section", { "aria-label": "Fleet" }, make("h3", { text: "Fleet" }), make("div", { class: "dl-scroll" }, map), left, legend)),
    trail, detail, rows, folds);

  let fleet = null;
  let seen = null; // what is shown below, as Python gave it
  let draft = ""; // a note that is being written
  const open = (place) => ask("open", place);
  const button = (text, click, more = {}) => ownKeys(make("button", { type: "button", text, click, ...more }));
  const words = (text, attributes = {}) => make("p", { ...attributes, text });

  // --- a list or grid with one place in it that keys act on ---

  const rove = (box, pick, steps, chosen) => {
    box.addEventListener("keydown", (event) => {
      const move = steps[event.key];
      if (event.target !== box || event.ctrlKey || event.metaKey || event.altKey) return;
      if (move) move(event);
      else if (event.key === "Enter" || event.key === " ") chosen();
      else {
        if (event.key.length === 1) event.stopPropagation();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    box.addEventListener("click", pick);
  };
  const activate = (box, item) => {
    box.querySelector(".dl-active")?.classList.remove("dl-active");
    if (!item) return box.removeAttribute("aria-activedescendant");
    item.classList.add("dl-active");
    box.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  // --- findings ---

  let at = 0;
  const step = (by) => () => {
    at = Math.max(0, Math.min(at + by, findings.children.length - 1));
    activate(findings, findings.children[at]);
  };
  const openFinding = () => {
    const found = fleet?.findings[at];
    if (found) open({ change: found.changes[0].change_id });
  };
  rove(findings, (event) => {
    const item = event.target.closest("[role=option]");
    if (!item?.dataset.at) return;
    at = Number(item.dataset.at);
    activate(findings, item);
    openFinding();
    findings.focus({ preventScroll: true });
  }, { ArrowDown: step(1), ArrowUp: step(-1), PageDown: step(5), PageUp: step(-5), Home: step(-1e6), End: step(1e6) }, openFinding);

  const shownFinding = () => {
    const [now, parameter] = [model.get("change"), model.get("parameter")];
    const isHere = (c) => (now ? c.change_id === now : c.device === model.get("device") && c.parameter === parameter && c.signal_id === model.get("signal"));
    return (now || parameter) && fleet?.findings.find((f) => f.changes.some(isHere));
  };

  function drawFindings() {
    findings.replaceChildren(...fleet.findings.map((f, i) => make("li", { role: "option", id: `${id}-f${i}`, "data-at": i, "aria-selected": "false", class: f.is_decided ? "dl-decided" : "" },
      make("span", { class: "dl-badge", "data-severity": f.severity, text: `${BADGES[f.severity] ?? ""} ${f.severity_words}` }),
      make("b", { class: "dl-value", text: f.device }),
      make("span", { class: "dl-value", text: f.title }),
      f.changes.length > 1 ? make("small", { text: `and ${f.changes.length - 1} more on that day or near it` }) : null)));
    if (!fleet.findings.length) findings.replaceChildren(make("li", { class: "dl-soft", role: "option", "aria-selected": "false", text: fleet.is_monitored ? "No change was found in what is monitored." : "Nothing could be monitored, so nothing can be said about changes." }));
    markChosen();
  }

  function markChosen() {
    const found = shownFinding();
    [...findings.children].forEach((item, i) => {
      const is = !!found && fleet.findings[i] === found;
      item.setAttribute("aria-selected", String(is));
      if (!is) return;
      const [top, end] = [item.offsetTop - findings.offsetTop, item.offsetTop - findings.offsetTop + item.offsetHeight];
      findings.scrollTop = Math.max(end - findings.clientHeight, Math.min(findings.scrollTop, top));
    });
    for (const cell of map.querySelectorAll("td,th")) {
      const { device, parameter } = cell.dataset;
      const is = !!device && device === model.get("device") && (parameter ?? "") === model.get("parameter");
      cell.setAttribute("aria-selected", String(is));
    }
  }

  // --- the map ---

  let row = 0; // 0 is the row of devices
  let column = 1;
  const cellAt = () => map.rows[row]?.cells[column];
  const walk = (down, across) => () => {
    row = Math.max(0, Math.min(row + down, map.rows.length - 1));
    column = Math.max(1, Math.min(column + across, (map.rows[0]?.cells.length ?? 1) - 1));
    activate(map, cellAt());
  };
  const openCell = () => {
    const { device, parameter } = cellAt()?.dataset ?? {};
    if (device) open({ device, parameter: parameter ?? "" });
  };
  rove(map, (event) => {
    const cell = event.target.closest("td,th");
    if (!cell?.dataset.device) return;
    [row, column] = [cell.parentElement.rowIndex, cell.cellIndex];
    activate(map, cell);
    openCell();
    map.focus({ preventScroll: true });
  }, { ArrowDown: walk(1, 0), ArrowUp: walk(-1, 0), ArrowLeft: walk(0, -1), ArrowRight: walk(0, 1), Home: walk(0, -1e6), End: walk(0, 1e6), PageDown: walk(8, 0), PageUp: walk(-8, 0) }, openCell);

  function drawMap() {
    const head = make("tr", { role: "row" }, make("th", { role: "columnheader", text: "Parameter" }),
      ...fleet.devices.map((device, i) => make("th", { role: "columnheader", id: `${id}-d${i}`, scope: "col", "data-device": device, class: "dl-value", title: `Show ${device}`, text: device })));
    const lines = fleet.parameters.map((parameter, r) => make("tr", { role: "row" }, make("th", { role: "rowheader", scope: "row", class: "dl-value", text: parameter }),
      ...fleet.devices.map((device, c) => {
        const cell = fleet.cells[r][c];
        if (!cell) return make("td", { role: "gridcell", id: `${id}-c${r}-${c}`, "aria-label": `${parameter} on ${device}: not written` });
        const [sign, said] = STATES[cell[0]](cell[1]);
        return make("td", { role: "gridcell", id: `${id}-c${r}-${c}`, "data-device": device, "data-parameter": parameter, class: "dl-cell", "data-state": cell[0], "aria-label": `${parameter} on ${device}: ${said}`, title: said, text: sign });
      })));
    map.replaceChildren(make("thead", { role: "rowgroup" }, head), make("tbody", { role: "rowgroup" }, ...lines));
    left.hidden = !fleet.n_devices_left_out;
    left.textContent = `${fleet.n_devices_left_out} quieter devices are not in the map.`;
    markChosen();
  }

  function drawFolds() {
    const fold = (title, content) => {
      const summary = ownKeys(make("summary", { text: title }));
      summary.addEventListener("keydown", (event) => event.stopPropagation());
      return make("details", {}, summary, content);
    };
    folds.replaceChildren(
      fleet.unwatched.length ? fold(`Not monitored, and why (${number(fleet.unwatched.reduce((n, u) => n + u.n_signals, 0))} signals)`, tableOf(["Why", "Signals", "Parameters"], fleet.unwatched.map((u) => [u.reason, number(u.n_signals), u.parameters]))) : "",
      fleet.notices.length ? fold(`Worth knowing (${fleet.notices.length})`, make("ul", {}, ...fleet.notices.map((text) => make("li", { class: "dl-value", text })))) : "");
  }

  const tableOf = (names, lines, label = "") => make("table", { class: "dl-plain", "aria-label": label || null },
    make("thead", {}, make("tr", {}, ...names.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...lines.map((cells) => make("tr", {}, ...cells.map((text) => make("td", { class: "dl-value", text }))))));

  // --- below: the fleet, a device, or a signal ---

  function drawTrail() {
    const [device, parameter] = [model.get("device"), model.get("parameter")];
    const parts = [["Fleet", {}], device && [device, { device }], parameter && [parameter, { device, parameter }]].filter(Boolean);
    const had = trail.contains(document.activeElement);
    trail.replaceChildren(...parts.flatMap(([text, place], i) => [i ? make("span", { "aria-hidden": "true", text: "›" }) : null,
      button(text, () => open(place), { class: "dl-value", "aria-current": i === parts.length - 1 ? "page" : null })].filter(Boolean)));
    if (seen?.kind_of === "signal") trail.append(...switches());
    if (had) trail.querySelector("[aria-current]")?.focus();
  }

  function switches() {
    const strata = ownKeys(make("select", { "aria-label": "Which acquisitions", change: () => change({ signal: strata.value }) },
      ...seen.strata.map(([name, text]) => make("option", { value: name, text }))));
    strata.value = model.get("signal");
    const raw = ownKeys(make("input", { type: "checkbox", change: () => change({ raw: raw.checked }) }));
    raw.checked = model.get("raw");
    return [make("span", { "aria-hidden": "true", text: "›" }), strata, make("label", { class: "dl-check" }, raw, "values as written")];
  }

  function drawDetail() {
    drawTrail();
    const found = shownFinding();
    const picture = seen.picture ? (seen.points ? chart() : make("img", { class: "dl-picture", src: seen.picture.src, alt: seen.picture.alt })) : null;
    detail.replaceChildren(...[found ? told(found) : null,
      make("div", { class: "dl-split" },
        make("figure", {}, picture ?? words("There is no picture of this.")),
        seen.kind_of === "signal" ? aside() : seen.kind_of === "device" ? machine() : null)].filter(Boolean));
    markChosen();
    ready();
  }

  function told(found) {
    const isSaid = found.text.toLowerCase().includes(found.cause.toLowerCase().replace(/\.$/, ""));
    const lines = [found.text, isSaid ? "" : found.cause, ...found.causes, found.check && `What to do: ${found.check}`].filter(Boolean);
    const all = found.changes.map((c) => c.change_id);
    const note = ownKeys(make("input", { type: "text", "aria-label": "Note on the decision", placeholder: "why? (kept with the decision)", input: () => { draft = note.value; } }));
    note.value = draft;
    note.addEventListener("keydown", (event) => event.stopPropagation());
    const decide = (decision) => () => ask("decide", { decision, changes: all, note: note.value });
    const off = !fleet.decisions_file;
    const decisions = make("div", { class: "dl-bar", role: "group", "aria-label": "Decide" }, note,
      button("Accept: it was meant", decide("accept"), { disabled: off }), button("Reject: nothing to act on", decide("reject"), { disabled: off }),
      make("span", { class: "dl-soft dl-value", text: off ? "To decide, say where it is kept: DriftDashboard(drift, decisions=\"decisions.csv\")" : `kept in ${fleet.decisions_file}` }));
    const others = found.changes.length > 1 ? make("div", { class: "dl-bar", role: "group", "aria-label": "Changes of this finding" }, make("span", { class: "dl-soft", text: "Together with" }),
      ...found.changes.map((c) => button(`${c.parameter}, ${c.stratum_words}`, () => open({ change: c.change_id }), { class: "dl-chip dl-value", "aria-pressed": String(c.change_id === model.get("change") || c.signal_id === model.get("signal")) }))) : null;
    return make("article", { class: "dl-told", "aria-label": "The finding" },
      make("h4", {}, make("span", { class: "dl-badge", "data-severity": found.severity, text: `${BADGES[found.severity] ?? ""} ${found.severity_words}` }), make("span", { class: "dl-value", text: ` ${found.device}: ${found.title}` })),
      ...lines.map((text) => words(text, { class: "dl-value" })), ...found.decisions.map((text) => words(`✓ ${text}`, { class: "dl-value dl-kept", role: "status" })), others, decisions);
  }

  function machine() {
    return make("aside", {},
      make("dl", {}, ...seen.facts.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { class: "dl-value", text })])),
      make("h4", { text: "Parameters" }),
      make("div", { class: "dl-chips" }, ...seen.parameters.map((p) => button(`${p.name}${p.n_changes ? ` ▼ ${p.n_changes}` : p.is_monitored ? "" : " (not monitored)"}`, () => open({ device: model.get("device"), parameter: p.name }), { class: "dl-chip dl-value" }))),
      seen.events.length ? make("h4", { text: "Events" }) : null,
      seen.events.length ? make("div", { class: "dl-scroll dl-short", tabindex: 0, role: "region", "aria-label": "Events" }, tableOf(["When", "Kind", "What"], seen.events.map((e) => [e.when, e.kind, [e.text, e.times].filter(Boolean).join(", ")]))) : null);
  }

  function aside() {
    const more = seen.n_beyond > seen.beyond.length ? ` (the latest ${seen.beyond.length} of ${number(seen.n_beyond)})` : "";
    return make("aside", {}, seen.reason ? words(`Not monitored: ${seen.reason}`, { class: "dl-kept dl-value" }) : null,
      make("ul", { class: "dl-summary", "aria-label": "Summary" }, ...seen.sentences.filter(Boolean).map((text) => make("li", { class: "dl-value", text }))),
      seen.beyond.length ? make("h4", { text: `Outside the usual range${more}` }) : null,
      seen.beyond.length ? make("div", { class: "dl-scroll dl-short", tabindex: 0, role: "region", "aria-label": "Acquisitions outside the usual range" }, tableOf(["When", "Value", "Side"], seen.beyond)) : null);
  }

  // --- the chart that answers ---

  const ns = (tag, attributes) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  function chart() {
    const { src, alt, width, height } = seen.picture;
    const points = seen.points;
    const unit = width / 900; // a point of the page, about, in pixels of the picture
    const layer = ownKeys(ns("svg", { viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "application", "aria-label": "Acquisitions in the chart: left and right arrow step from one to the next, space chooses, shift and arrow choose many, Escape lets all go" }));
    const marks = ns("g", {});
    const halo = ns("circle", { class: "dl-halo", r: 7 * unit, visibility: "hidden", "stroke-width": 2.5 * unit });
    const brush = ns("rect", { class: "dl-brush", visibility: "hidden", "stroke-width": unit });
    const tip = make("div", { class: "dl-tip dl-value", role: "status" });
    const far = points.filter((p) => !p[4]).map(([, x, y]) => ns("path", { class: "dl-far", d: `M${x - 4 * unit} ${y + (y < height / 2 ? 7 : -7) * unit}L${x} ${y}L${x + 4 * unit} ${y + (y < height / 2 ? 7 : -7) * unit}Z` }));
    layer.append(...far, marks, halo, brush);
    let here = -1;
    let from = null;
    const place = (event) => {
      const box = layer.getBoundingClientRect();
      return [((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height];
    };
    const show = (i) => {
      here = i;
      halo.setAttribute("visibility", i < 0 ? "hidden" : "visible");
      tip.style.display = i < 0 ? "none" : "block";
      if (i < 0) return;
      const [, x, y, text] = points[i];
      const near = points.filter((p) => Math.hypot(p[1] - x, p[2] - y) < 5 * unit).length - 1;
      halo.setAttribute("cx", x);
      halo.setAttribute("cy", y);
      tip.textContent = near ? `${text} (and ${near} close by)` : text;
      const scale = layer.getBoundingClientRect().width / width;
      tip.style.left = `${Math.max(0, Math.min(x * scale + 12, layer.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${Math.max(0, y * scale - 32)}px`;
    };
    const nearest = ([x, y]) => {
      let best = -1;
      let distance = (14 * unit) ** 2;
      points.forEach(([, px, py], i) => {
        const d = (px - x) ** 2 + (py - y) ** 2;
        if (d < distance) [best, distance] = [i, d];
      });
      return best;
    };
    const pick = (i, more) => ask("pick", { points: i < 0 ? [] : [points[i][0]], more });
    layer.dlMark = (chosen) => {
      const all = new Set(chosen);
      marks.replaceChildren(...points.filter((p) => all.has(p[0])).map(([, cx, cy]) => ns("circle", { class: "dl-chosen", cx, cy, r: 4.5 * unit, "stroke-width": 2 * unit })));
    };
    layer.addEventListener("pointermove", (event) => {
      const now = place(event);
      if (!from) return show(nearest(now));
      const [x, y] = [Math.min(now[0], from[0]), Math.min(now[1], from[1])];
      for (const [name, value] of Object.entries({ x, y, width: Math.abs(now[0] - from[0]), height: Math.abs(now[1] - from[1]), visibility: "visible" })) brush.setAttribute(name, value);
    });
    layer.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = place(event);
      layer.setPointerCapture(event.pointerId);
    });
    layer.addEventListener("pointerup", (event) => {
      if (!from) return;
      const to = place(event);
      const more = event.shiftKey || event.ctrlKey || event.metaKey;
      if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 4 * unit) pick(nearest(to), more);
      else ask("brush", { box: [...from, ...to], more });
      from = null;
      brush.setAttribute("visibility", "hidden");
    });
    layer.addEventListener("pointercancel", () => {
      from = null;
      brush.setAttribute("visibility", "hidden");
    });
    layer.addEventListener("pointerleave", () => !from && show(-1));
    layer.addEventListener("blur", () => show(-1));
    layer.addEventListener("keydown", (event) => {
      const last = points.length - 1;
      const moves = { ArrowRight: here + 1, ArrowLeft: here < 0 ? last : here - 1, PageDown: here + 20, PageUp: here - 20, Home: 0, End: last };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in moves && last >= 0) {
        show(Math.max(0, Math.min(moves[event.key], last)));
        if (event.shiftKey) pick(here, true);
      } else if (event.key === " " || event.key === "Enter") pick(here, true);
      else if (event.key === "Escape") {
        show(-1);
        pick(-1);
      } else {
        if (event.key.length === 1) event.stopPropagation();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
    layer.dlMark(seen.chosen);
    return make("div", { class: "dl-chart" }, make("img", { class: "dl-picture", src, alt }), layer, tip);
  }

  // --- rows behind what was chosen: a table of its own, put in here ---

  let child = null;
  async function drawRows() {
    child?.remove();
    child = null;
    const name = model.get("table");
    const count = new Set(model.get("selected")).size;
    rows.replaceChildren();
    if (!name) {
      if (seen?.kind_of === "signal") rows.append(words("Drag over the chart, or press space on a point, to see the acquisitions behind it.", { class: "dl-soft" }));
      return;
    }
    const inside = await model.widget_manager.get_model(name.slice("IPY_MODEL_".length));
    const made = await model.widget_manager.create_view(inside);
    if (model.get("table") !== name) return made.remove();
    child = made;
    rows.replaceChildren(make("h4", { text: `${number(count)} ${count === 1 ? "acquisition" : "acquisitions"} chosen` }), made.el);
  }

  // --- what Python says ---

  onAnswer("fleet", (answer) => {
    fleet = answer;
    headline.textContent = fleet.headline;
    scope.textContent = fleet.scope;
    drawFindings();
    drawMap();
    drawFolds();
    if (seen) drawDetail();
    else ask("detail");
  });
  onAnswer("detail", (answer) => {
    seen = answer;
    drawDetail();
    drawRows();
  });
  const chosen = (answer) => detail.querySelector("svg")?.dlMark?.(answer.chosen);
  onAnswer("pick", chosen);
  onAnswer("brush", chosen);
  onAnswer("open", () => {});
  onAnswer("decide", () => {
    draft = "";
  });
  listen("change:revision", () => {
    draft = "";
    ask("detail");
  });
  listen("change:decided", () => ask("fleet"));
  listen("change:table", drawRows);
  ask("fleet");
  return () => child?.remove();
});
