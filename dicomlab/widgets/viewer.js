const DRAG = 300; // px of dragging for a whole width of the window

export default view("viewer", (page) => {
  const { model, el, ask, onAnswer, listen, change, ready, atEnd } = page;
  const now = () => ({ index: 0, frame: 0, preset: 0, window: [], ...model.get("value") });
  const say = (values) => change({ value: { ...now(), ...values } });
  const slider = (label, name) => {
    const field = ownKeys(make("input", { type: "range", min: 1, max: 1, step: 1, "aria-label": label }));
    const pass = later(() => say({ [name]: Number(field.value) - 1, ...(name === "index" ? { frame: 0 } : {}) }), 40);
    const words = make("output", { class: "dl-soft" });
    field.addEventListener("input", () => {
      words.textContent = `${field.value} of ${field.max}`;
      pass();
    });
    atEnd(pass.stop);
    const box = make("label", { class: "dl-slide" }, make("span", { text: label }), field, words);
    const sync = (at, most) => {
      box.hidden = most < 2;
      field.max = most;
      if (!pass.isWaiting()) field.value = at + 1;
      words.textContent = `${number(at + 1)} of ${number(most)}`;
      field.setAttribute("aria-valuetext", words.textContent);
    };
    return { box, sync };
  };
  const files = slider("Instance", "index");
  const frames = slider("Frame", "frame");
  const preset = ownKeys(make("select", { "aria-label": "Window" }));
  const numberField = (label) => ownKeys(make("input", { type: "number", step: "any", "aria-label": label, class: "dl-window" }));
  const center = numberField("Centre of the window");
  const width = numberField("Width of the window");
  const facts = make("span", { class: "dl-soft", role: "status" });
  const image = make("img", { alt: "", draggable: "false" });
  const stage = ownKeys(make("div", { class: "dl-stage", role: "group", tabindex: 0, "aria-label": `${model.get("title")}: arrow keys go through instances and frames, numbers choose a window` }, image));
  const windows = make("div", { class: "dl-bar" }, make("label", { text: "Window " }, preset), make("label", { text: "centre " }, center), make("label", { text: "width " }, width));
  el.append(windows, stage, make("div", { class: "dl-slides" }, files.box, frames.box), make("p", { class: "dl-warn" }, make("strong", { text: "Not for diagnosis." }), " A peek in eight bits, without overlays. ", facts));

  let used = null;

  preset.addEventListener("change", () => say({ preset: Number(preset.value), window: [] }));
  const own = () => {
    const pair = [Number(center.value), Number(width.value)];
    if (pair.every(Number.isFinite) && pair[1] > 0) say({ window: pair });
  };
  for (const field of [center, width]) {
    field.addEventListener("change", own);
    field.addEventListener("keydown", (event) => event.stopPropagation());
  }

  function draw() {
    const { index, frame, preset: chosen, window } = now();
    const names = model.get("presets");
    files.sync(index, model.get("n_files"));
    frames.sync(Math.min(frame, model.get("n_frames") - 1), model.get("n_frames"));
    preset.replaceChildren(...names.map((name, i) => make("option", { value: i, text: name })), ...(window.length ? [make("option", { value: -1, text: "own" })] : []));
    preset.value = String(window.length ? -1 : Math.min(chosen, Math.max(0, names.length - 1)));
    windows.hidden = model.get("is_colour");
  }

  const fetch = later(() => ask("picture"), 10);
  atEnd(fetch.stop);

  onAnswer("picture", (answer) => {
    if (answer.src) {
      const { index, frame } = now();
      const words = [`Instance ${index + 1} of ${model.get("n_files")}`, `frame ${Math.min(frame, model.get("n_frames") - 1) + 1} of ${model.get("n_frames")}`];
      image.src = answer.src;
      image.alt = `${words.join(", ")}, ${answer.facts}`;
      used = answer.window;
      for (const [field, value] of [[center, used?.[0]], [width, used?.[1]]]) {
        field.disabled = !used;
        if (document.activeElement !== field) field.value = value == null ? "" : Number(value.toPrecision(5));
      }
      facts.textContent = answer.facts;
    } else {
      image.removeAttribute("src");
      image.alt = "No picture";
      facts.textContent = "";
      used = null;
    }
    image.hidden = !answer.src;
    ready(answer.revision);
  });

  // --- gestures on the picture ---

  const move = (name, by, most) => {
    const at = Math.min(Math.max(now()[name] + by, 0), most - 1);
    if (at !== now()[name]) say({ [name]: at, ...(name === "index" ? { frame: 0 } : {}) });
  };
  // A single multi-frame file has nothing but frames to go through.
  const through = (by) => (model.get("n_files") > 1 ? move("index", by, model.get("n_files")) : move("frame", by, model.get("n_frames")));
  const keys = {
    ArrowDown: () => through(1),
    ArrowUp: () => through(-1),
    PageDown: () => through(10),
    PageUp: () => through(-10),
    Home: () => through(-1e9),
    End: () => through(1e9),
    ArrowRight: () => move("frame", 1, model.get("n_frames")),
    ArrowLeft: () => move("frame", -1, model.get("n_frames")),
  };
  stage.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const n = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : -1;
    if (keys[event.key]) keys[event.key]();
    else if (n >= 0 && n < model.get("presets").length) say({ preset: n, window: [] });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // The wheel goes through the pictures only where one has said so by clicking: else the page scrolls.
  stage.addEventListener("wheel", (event) => {
    if (document.activeElement !== stage || !event.deltaY) return;
    event.preventDefault();
    through(Math.sign(event.deltaY));
  }, { passive: false });
  const drag = later((pair) => say({ window: pair }), 30);
  atEnd(drag.stop);
  stage.addEventListener("pointerdown", (event) => {
    if (!used || event.button) return;
    const from = { x: event.clientX, y: event.clientY, window: [...used] };
    stage.setPointerCapture(event.pointerId);
    const moved = (at) => {
      const [x, y] = [at.clientX - from.x, at.clientY - from.y];
      if (Math.abs(x) + Math.abs(y) < 4) return;
      drag([from.window[0] + (y / DRAG) * from.window[1], Math.max(from.window[1] * Math.exp(x / DRAG), 1e-6)]);
    };
    const stop = () => {
      stage.removeEventListener("pointermove", moved);
      stage.removeEventListener("pointerup", stop);
      stage.removeEventListener("pointercancel", stop);
    };
    stage.addEventListener("pointermove", moved);
    stage.addEventListener("pointerup", stop);
    stage.addEventListener("pointercancel", stop);
  });

  listen("change:revision change:presets change:n_frames", () => {
    draw();
    fetch();
  });
  const place = () => stage.style.setProperty("--size", `${model.get("size")}px`);
  listen("change:size", place);
  place();
  draw();
  fetch();
});
