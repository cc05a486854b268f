const ROW = 30;
const TALLEST = 8_000_000; // px: browsers cap an element's height, so past this the scroll bar is scaled
const AHEAD = 40;
const LEVEL = { patient: 1, study: 2, series: 3 };
const SIGN = { error: "✕", warning: "!", note: "i" };
const CHECKED = { all: "true", some: "mixed", none: "false" };
const BOX = { all: "☑", some: "◪", none: "☐" };

const many = (n, one, more = `${one}s`) => `${number(n)} ${Number(n) === 1 ? one : more}`;
const span = ({ first, last }) => (!first ? "no date" : !last || first === last ? first : `${first} – ${last}`);

export default view("browser", (page) => {
  const { model, el, ask, onAnswer, listen, change, ready, atEnd } = page;
  const id = `dl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const button = (text, click, more = {}) => ownKeys(make("button", { type: "button", text, click, ...more }));
  const search = searchField(page, `Search ${model.get("title")}`, "words of patient, study, series, date");
  const count = make("span", { class: "dl-count", role: "status" });
  const picturesButton = button("Pictures", () => change({ pictures: !model.get("pictures") }), { title: "Show a picture of the series that one is at (p)" });
  const choices = button("Choose all", () => ask("choose", { is_chosen: true }), { title: "Choose all series that match" });
  const nothing = button("Choose none", () => ask("choose", { is_chosen: false }));
  const bar = make("div", { class: "dl-bar" }, search, button("Open all", () => ask("all", { is_open: true })), button("Close all", () => ask("all", { is_open: false })), choices, nothing, picturesButton, count);
  const tree = ownKeys(make("div", { class: "dl-port", role: "tree", tabindex: 0, "aria-label": model.get("title"), "aria-multiselectable": "true" }));
  const space = make("div", { class: "dl-space", role: "presentation" });
  const body = make("div", { class: "dl-body", role: "presentation" });
  space.append(body);
  tree.append(space);
  const side = make("div", { class: "dl-side", role: "region", "aria-label": "What one is at" });
  el.append(bar, make("div", { class: "dl-two" }, tree, side));

  let have = { start: 0, rows: [], revision: -1 };
  let active = 0;
  let picture = { number: -1 };
  const seen = () => model.get("seen");
  const fit = () => Math.max(1, Math.floor(tree.clientHeight / ROW));
  const room = () => space.offsetHeight - tree.clientHeight;
  const top = () => (room() <= 0 ? 0 : Math.round(Math.min(tree.scrollTop / room(), 1) * Math.max(0, seen() - fit())));
  const rowAt = (i) => have.rows[i - have.start];
  const fetch = later((start, n) => ask("rows", { start, count: n }), 15);
  const look = later((n) => ask("picture", { number: n }), 200);
  atEnd(fetch.stop);
  atEnd(look.stop);

  // --- rows ---

  const badges = (row) => (row.modalities ?? [row.Modality]).filter(Boolean).map((name) => make("span", { class: "dl-badge dl-value", text: name }));

  const words = {
    patient: (r) => [make("b", { class: "dl-value", text: r.PatientID || "no PatientID" }), make("span", { class: "dl-soft dl-value", text: r.PatientName || "" })],
    study: (r) => [make("span", { class: "dl-date", text: r.first || "no date" }), make("span", { class: "dl-value", text: r.StudyDescription || "no description" })],
    series: (r) => [make("span", { class: "dl-no", text: r.SeriesNumber ?? "–" }), ...badges(r), make("span", { class: "dl-value", text: r.SeriesDescription || r.ProtocolName || "no description" })],
  };
  const sums = {
    patient: (r) => [...badges(r), make("span", { text: `${many(r.n_studies, "study", "studies")}, ${many(r.n_series, "series", "series")}` }), make("span", { class: "dl-date", text: span(r) })],
    study: (r) => [...badges(r), make("span", { text: `${many(r.n_series, "series", "series")}, ${many(r.n_instances ?? 0, "instance")}` })],
    series: (r) => [make("span", { text: many(r.n_instances ?? 0, "instance") })],
  };
  const markOf = ({ mark }) => (mark ? make("span", { class: `dl-mark dl-${mark.severity}`, text: `${SIGN[mark.severity]} ${mark.n}`, title: `${many(mark.n, "finding")}, the gravest: ${mark.severity}` }) : null);
  const spoken = {
    patient: (r) => `Patient ${r.PatientID || "without PatientID"}, ${many(r.n_studies, "study", "studies")}, ${many(r.n_series, "series", "series")}`,
    study: (r) => `Study ${r.first || "without date"} ${r.StudyDescription || ""}, ${many(r.n_series, "series", "series")}`,
    series: (r) => `Series ${r.SeriesNumber ?? ""} ${r.Modality ?? ""} ${r.SeriesDescription || r.ProtocolName || ""}, ${many(r.n_instances ?? 0, "instance")}`,
  };

  function drawRow(row, at) {
    const mark = row.mark ? `, ${many(row.mark.n, "finding")}, the gravest: ${row.mark.severity}` : "";
    const item = make("div", {
      class: `dl-item dl-${row.kind}`, role: "treeitem", id: `${id}-${at}`, "aria-level": LEVEL[row.kind], "aria-posinset": row.position, "aria-setsize": row.siblings,
      "aria-checked": CHECKED[row.state], "aria-expanded": row.open == null ? null : String(row.open), "aria-label": spoken[row.kind](row) + mark,
    },
      make("span", { class: "dl-caret", "aria-hidden": "true", text: row.open == null ? "" : row.open ? "▾" : "▸" }),
      make("span", { class: "dl-box", "aria-hidden": "true", text: BOX[row.state] }),
      make("span", { class: "dl-words" }, ...words[row.kind](row)),
      markOf(row),
      make("span", { class: "dl-sums" }, ...sums[row.kind](row)));
    item.dataset.at = at;
    return item;
  }

  function draw() {
    const first = top();
    const need = Math.max(0, Math.min(fit() + 2, seen() - first));
    body.style.transform = `translateY(${Math.min(tree.scrollTop, Math.max(0, room()))}px)`;
    const isHere = have.revision === model.get("revision") && first >= have.start && first + need <= have.start + have.rows.length;
    if (!isHere && need) return fetch(Math.max(0, first - AHEAD), need + 2 * AHEAD);
    body.replaceChildren(...have.rows.slice(first - have.start, first - have.start + need).map((row, k) => drawRow(row, first + k)));
    if (!need) body.replaceChildren(make("p", { class: "dl-none", text: model.get("counts").series?.[1] ? "No series fits. Take a word away." : "There are no series in it." }));
    markActive();
    ready();
  }

  function markActive() {
    for (const item of body.children) item.classList.toggle("dl-active", Number(item.dataset.at) === active);
    const now = document.getElementById(`${id}-${active}`);
    if (now) tree.setAttribute("aria-activedescendant", now.id);
    else tree.removeAttribute("aria-activedescendant");
    const row = rowAt(active);
    if (row) drawSide(row);
    else if (!seen()) side.replaceChildren();
  }

  function tell() {
    const [patients, studies, series] = ["patients", "studies", "series"].map((name) => model.get("counts")[name] ?? [0, 0]);
    const of = ([now, all]) => (now === all ? number(all) : `${number(now)} of ${number(all)}`);
    const text = `${of(patients)} patients, ${of(studies)} studies, ${of(series)} series` + (model.get("chosen") ? `; ${number(model.get("chosen"))} chosen` : "");
    if (count.textContent !== text) count.textContent = text;
    nothing.disabled = !model.get("chosen");
    choices.disabled = !series[0];
    picturesButton.setAttribute("aria-pressed", String(model.get("pictures")));
  }

  function reset() {
    space.style.height = `${Math.min(seen() * ROW, TALLEST)}px`;
    active = Math.max(0, Math.min(active, seen() - 1));
    tell();
    draw();
  }

  // --- what one is at ---

  const facts = {
    patient: (r) => [["Patient", r.PatientID], ["Name", r.PatientName], ["Studies", number(r.n_studies)], ["Series", number(r.n_series)], ["Instances", number(r.n_instances ?? 0)], ["Dates", span(r)]],
    study: (r) => [["Study", r.StudyDescription], ["Date", r.first], ["Series", number(r.n_series)], ["Instances", number(r.n_instances ?? 0)], ["UID", r.StudyInstanceUID]],
    series: (r) => [["Series", r.SeriesDescription], ["Protocol", r.ProtocolName], ["Body part", r.BodyPartExamined], ["Machine", [r.ManufacturerModelName, r.StationName].filter(Boolean).join(", ")], ["Date", r.first], ["Instances", number(r.n_instances ?? 0)], ["UID", r.SeriesInstanceUID]],
  };
  let shownSide = "";

  function drawSide(row) {
    const key = JSON.stringify([row.kind, row.number, row.state, model.get("pictures"), picture.number === row.number && row.kind === "series", have.revision]);
    if (key === shownSide) return;
    shownSide = key;
    const list = make("dl", {}, ...facts[row.kind](row).filter(([, value]) => value).flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { class: "dl-value", text: value })]));
    const uid = row.SeriesInstanceUID ?? row.StudyInstanceUID;
    const said = make("span", { role: "status", class: "dl-soft" });
    const copy = uid ? button("Copy UID", async () => { said.textContent = (await copied(uid)) ? " copied" : " not copied"; }) : null;
    side.replaceChildren(
      ...[row.kind === "series" ? drawPicture(row) : null, list, copy && make("p", {}, copy, said),
        row.messages ? make("ul", { class: "dl-messages" }, ...row.messages.map((text) => make("li", { text }))) : null].filter(Boolean));
  }

  function drawPicture(row) {
    if (!model.get("pictures")) return null;
    if (picture.number !== row.number) {
      look(row.number);
      return make("div", { class: "dl-picture" }, make("span", { class: "dl-soft", text: "…" }));
    }
    if (!picture.src) return make("div", { class: "dl-picture" }, make("span", { class: "dl-soft", text: picture.reason }));
    const image = make("img", { src: picture.src, alt: `Picture from the middle of series ${row.SeriesNumber ?? ""} ${row.Modality ?? ""}` });
    return make("figure", { class: "dl-picture" }, image, make("figcaption", { class: "dl-soft", text: "A peek, not for diagnosis" }));
  }

  // --- gestures ---

  function go(i) {
    active = Math.max(0, Math.min(i, seen() - 1));
    const last = Math.max(1, seen() - fit());
    if (active < top()) tree.scrollTop = (Math.min(active, last) / last) * room();
    else if (active >= top() + fit()) tree.scrollTop = (Math.min(active - fit() + 1, last) / last) * room();
    draw();
  }

  const open = (row, is_open) => row?.open != null && row.open !== is_open && ask("open", { node: row.kind, number: row.number, is_open });
  const toggle = (row) => row && ask("toggle", { node: row.kind, number: row.number });

  function toParent(row) {
    for (let i = active - 1; i >= have.start; i -= 1) if (LEVEL[rowAt(i).kind] < LEVEL[row.kind]) return go(i);
    if (row.kind !== "patient") go(Math.max(0, have.start - 1));
  }

  const keys = {
    ArrowDown: () => go(active + 1),
    ArrowUp: () => (active ? go(active - 1) : search.focus()),
    PageDown: () => go(active + fit()),
    PageUp: () => go(active - fit()),
    Home: () => go(0),
    End: () => go(seen() - 1),
    ArrowRight: (row) => (row.open === false ? open(row, true) : row.open ? go(active + 1) : null),
    ArrowLeft: (row) => (row.open ? open(row, false) : toParent(row)),
    " ": toggle,
    Enter: (row) => (row.open == null ? toggle(row) : open(row, !row.open)),
    p: () => change({ pictures: !model.get("pictures") }),
    "/": () => search.focus(),
  };
  tree.addEventListener("keydown", (event) => {
    const work = !event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key];
    const row = rowAt(active);
    if (!work || (!row && event.key !== "/")) return;
    event.preventDefault();
    event.stopPropagation();
    work(row);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      tree.focus();
    }
    event.stopPropagation();
  });
  tree.addEventListener("click", (event) => {
    const item = event.target.closest?.("[data-at]");
    if (!item) return;
    active = Number(item.dataset.at);
    const row = rowAt(active);
    if (event.target.closest(".dl-caret")) open(row, !row.open);
    else if (event.target.closest(".dl-box")) toggle(row);
    markActive();
  });
  tree.addEventListener("dblclick", (event) => {
    const row = event.target.closest?.("[data-at]") && rowAt(active);
    if (row && !event.target.closest(".dl-caret, .dl-box")) open(row, !row.open);
  });
  tree.addEventListener("scroll", draw);

  // --- what Python says ---

  onAnswer("rows", (answer) => {
    have = answer;
    draw();
  });
  onAnswer("picture", (answer) => {
    picture = answer;
    markActive();
  });
  for (const kind of ["open", "all", "toggle", "choose"]) onAnswer(kind, () => {});
  listen("change:revision change:seen", reset);
  listen("change:counts change:chosen", tell);
  listen("change:query", () => {
    active = 0;
    tree.scrollTop = 0;
  });
  listen("change:pictures", () => {
    tell();
    markActive();
  });
  const watch = new ResizeObserver(() => draw());
  watch.observe(tree);
  reset();
  return () => watch.disconnect();
});
