const SIGNS = { error: "▲", warning: "◆", note: "○" };

export default view("checks", (page) => {
  const { model, el, ask, onAnswer, listen, change, ready } = page;
  const id = `dl-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const button = (text, click, more = {}) => ownKeys(make("button", { type: "button", text, click, ...more }));
  const headline = make("strong", { class: "dl-headline" });
  const kinds = make("div", { class: "dl-bar", role: "group", "aria-label": "Severities" });
  const groups = ownKeys(make("ul", { role: "listbox", tabindex: 0, "aria-label": "Checks, the gravest first" }));
  const rows = make("div", { class: "dl-rows" });
  const detail = make("section", { class: "dl-detail", "aria-label": "The finding", "aria-live": "polite" });
  const folds = make("div");
  const said = make("span", { class: "dl-soft", role: "status" });
  const write = button("Save as CSV", () => ask("write"));
  el.append(make("div", { class: "dl-bar" }, headline, kinds, write, said),
    make("div", { class: "dl-two" }, make("section", { "aria-label": "Checks" }, groups), make("section", { "aria-label": "Findings" }, rows)), detail, folds);

  let all = null;
  let at = 0;
  const badge = (severity) => make("span", { class: "dl-badge", "data-severity": severity, text: `${SIGNS[severity] ?? ""} ${severity}` });
  const plural = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

  function drawKinds() {
    const { counts } = all;
    const on = new Set(model.get("severities"));
    const had = kinds.contains(document.activeElement) && document.activeElement.dataset.kind;
    kinds.replaceChildren(...Object.keys(SIGNS).filter((s) => counts[s]).map((s) => button(`${SIGNS[s]} ${plural(counts[s], s, `${s}s`)}`, () => {
      change({ severities: on.has(s) ? [...on].filter((k) => k !== s) : [...on, s] });
    }, { "aria-pressed": String(on.has(s)), "data-kind": s })));
    if (had) kinds.querySelector(`[data-kind="${had}"]`)?.focus();
  }

  function drawGroups() {
    headline.textContent = all.total ? plural(all.total, "finding", "findings") : all.headline;
    write.hidden = !all.total;
    const on = new Set(model.get("severities"));
    const shown = all.groups.filter((g) => on.has(g.severity));
    const names = [...new Set(shown.map((g) => g.check))];
    const n = shown.reduce((sum, g) => sum + g.n, 0);
    const option = (check, i, ...content) => make("li", { role: "option", id: `${id}-${i}`, "data-check": check, "aria-selected": String(model.get("group") === check) }, ...content);
    groups.replaceChildren(option("", 0, make("b", { text: "All checks" }), make("small", { text: plural(n, "finding", "findings") })),
      ...names.map((name, i) => {
        const own = shown.filter((g) => g.check === name);
        return option(name, i + 1, make("b", { class: "dl-value", text: name }), make("span", {}, ...own.map((g) => badge(g.severity))),
          make("small", { text: `${plural(own.reduce((s, g) => s + g.n, 0), "finding", "findings")}, ${plural(own.reduce((s, g) => s + g.n_files, 0), "file", "files")}` }));
      }));
    mark();
  }

  function mark(move = false) {
    at = Math.max(0, Math.min(at, groups.children.length - 1));
    [...groups.children].forEach((item, i) => item.classList.toggle("dl-active", i === at));
    groups.setAttribute("aria-activedescendant", groups.children[at].id);
    if (move) groups.children[at].scrollIntoView({ block: "nearest" });
  }
  const open = () => change({ group: groups.children[at].dataset.check });
  groups.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (!item) return;
    at = [...groups.children].indexOf(item);
    mark();
    open();
  });
  groups.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6, Home: -1e6, End: 1e6 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) {
      at += step;
      mark(true);
    } else if (event.key === "Enter" || event.key === " ") open();
    else {
      if (event.key.length === 1) event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  function drawDetail({ finding }) {
    detail.replaceChildren();
    ready();
    if (!finding) {
      if (all?.total) detail.append(make("p", { class: "dl-soft", text: "Choose a finding (click, or space) to see what it is about and what to do." }));
      return;
    }
    const pairs = (list) => make("dl", {}, ...list.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { class: "dl-value", text })]));
    const part = (title, ...content) => make("div", { class: "dl-part" }, make("h4", { text: title }), ...content);
    const more = finding.n_files > finding.files.length ? ` (the first ${number(finding.files.length)} of ${number(finding.n_files)})` : "";
    const list = make("div", { class: "dl-files", tabindex: 0, role: "region", "aria-label": "Files" }, ...finding.files.map((file) => make("div", { class: "dl-value", text: file })));
    const copy = button("Copy files", async () => {
      said.textContent = (await copied(finding.files.join("\n"))) ? "Copied." : "Select them and copy.";
    });
    detail.append(make("article", { class: "dl-told" },
      make("h3", {}, badge(finding.severity), make("span", { text: ` ${finding.check}` })),
      make("p", { class: "dl-message dl-value", text: finding.message }),
      make("p", { class: "dl-value" }, make("b", { text: "What to do: " }), finding.fix)),
    make("div", { class: "dl-parts" },
      part("What it is about", pairs([...finding.facts, ...finding.series])),
      finding.evidence.length || finding.slices ? part("Evidence", pairs([...finding.evidence, ...(finding.slices ? [["slices", finding.slices]] : [])])) : null,
      finding.files.length ? part(`Files${more}`, list, copy) : null));
  }

  let child = null;
  async function drawRows() {
    const name = model.get("table");
    if (!name) return;
    const inside = await model.widget_manager.get_model(name.slice("IPY_MODEL_".length));
    child?.remove();
    child = await model.widget_manager.create_view(inside);
    rows.replaceChildren(child.el);
  }

  onAnswer("groups", (answer) => {
    all = answer;
    drawKinds();
    drawGroups();
    if (all.not_run.length) {
      const summary = ownKeys(make("summary", { text: `Not run, and why (${all.not_run.length})` }));
      summary.addEventListener("keydown", (event) => event.stopPropagation());
      folds.replaceChildren(make("details", {}, summary, make("ul", {}, ...all.not_run.map((m) => make("li", { class: "dl-value", text: `${m.check}: ${m.reason}` })))));
    }
    drawRows().then(() => ask("detail"));
  });
  onAnswer("detail", drawDetail);
  onAnswer("write", ({ csv, n }) => {
    const link = make("a", { href: URL.createObjectURL(new Blob([csv], { type: "text/csv" })), download: "findings.csv" });
    link.click();
    URL.revokeObjectURL(link.href);
    said.textContent = `${plural(n, "finding", "findings")} written.`;
  });
  listen("change:revision", () => ask("detail"));
  listen("change:severities change:group", () => {
    if (!all) return;
    drawKinds();
    drawGroups();
  });
  ask("groups");
  return () => child?.remove();
});
