// What every view shares. Each view's module is this text with its own behind it: nothing is
// imported and nothing is fetched. Values of headers are text here, never markup.

const make = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value ?? "";
    else if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
};

const number = (value) => Number(value).toLocaleString("en");

// Work that waits until nothing new has come for some time.
const later = (work, milliseconds) => {
  let timer = 0;
  const call = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      work(...given);
    }, milliseconds);
  };
  call.stop = () => clearTimeout(timer);
  call.isWaiting = () => timer !== 0;
  return call;
};

// JupyterLab and Notebook take single keys as commands. Notebook does so before any handler of
// ours, and looks at the focused element only: each that can have focus must say so itself.
const ownKeys = (element) => {
  element.dataset.lmSuppressShortcuts = "true";
  return element;
};

const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { readonly: true, class: "dl-unseen" });
    const had = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    had?.focus();
    return done;
  }
};

const GONE = "Python was restarted, so this view no longer answers. Run its cell again.";
const STOPPED = "Python has stopped. Start it, and run the cell again.";
const APART = "The connection to Python is lost. It is being tried again.";
const BUSY = "Python is busy. This goes on when it is free.";

// Say calmly that there is nobody behind the view any more.
const watchKernel = (model, say) => {
  const kernel = model.widget_manager?.kernel;
  if (!kernel?.statusChanged) return () => {};
  const status = (_, now) => {
    if (now === "restarting" || now === "autorestarting") say(GONE, true);
    else if (now === "dead" || now === "terminating") say(STOPPED, true);
  };
  const connection = (_, now) => say(now === "connected" ? "" : APART, false);
  const ended = () => say(STOPPED, true);
  kernel.statusChanged.connect(status);
  kernel.connectionStatusChanged?.connect(connection);
  kernel.disposed?.connect(ended);
  return () => {
    kernel.statusChanged.disconnect(status);
    kernel.connectionStatusChanged?.disconnect(connection);
    kernel.disposed?.disconnect(ended);
  };
};

// A view: `paint` fills the element; what it listens to ends when the view does.
const view = (name, paint) => ({
  render({ model, el }) {
    el.classList.add("dl-view", `dl-${name}`);
    const notice = make("p", { class: "dl-notice", role: "status", hidden: true });
    const ends = [];
    const waiting = new Map(); // kind of question: its number, and when to say that Python is busy
    let lost = "";
    let busy = "";
    let seq = 0;

    const tell = () => {
      const words = lost || model.get("problem") || busy;
      if (notice.textContent !== words) notice.textContent = words;
      notice.hidden = !words;
    };
    const listen = (names, work) => {
      for (const one of names.split(" ")) {
        model.on(one, work);
        ends.push(() => model.off(one, work));
      }
    };
    let isGone = false;
    ends.push(
      watchKernel(model, (words, forGood) => {
        if (isGone) return;
        isGone = forGood;
        lost = words;
        if (forGood) el.dataset.lost = "true";
        tell();
      }),
    );
    listen("change:problem", tell);

    const answered = (kind) => {
      clearTimeout(waiting.get(kind)?.timer);
      waiting.delete(kind);
      if (!waiting.size) busy = "";
      tell();
    };
    // Ask Python; only the answer to the last question of a kind counts.
    const ask = (kind, fields = {}) => {
      if (isGone) return;
      clearTimeout(waiting.get(kind)?.timer);
      const timer = setTimeout(() => {
        busy = BUSY;
        tell();
      }, 4000);
      waiting.set(kind, { seq: ++seq, timer });
      model.send({ kind, seq, ...fields });
    };
    const onAnswer = (kind, work) =>
      listen("msg:custom", (message) => {
        if (message.kind !== kind || message.seq !== waiting.get(kind)?.seq) return;
        answered(kind);
        work(message);
      });
    const change = (values) => {
      for (const [trait, value] of Object.entries(values)) model.set(trait, value);
      model.save_changes();
    };
    const ready = (revision = model.get("revision")) => {
      el.dataset.revision = revision;
      el.dataset.ready = "true"; // what a browser test waits for
    };
    const end = paint({ model, el, ask, onAnswer, listen, change, ready, atEnd: (f) => ends.push(f) });
    el.append(notice);
    tell();
    return () => {
      end?.();
      for (const { timer } of waiting.values()) clearTimeout(timer);
      for (const one of ends) one();
    };
  },
});

// A field to search in: typing is passed on when it pauses, and never overwritten meanwhile.
const searchField = ({ model, listen, change, atEnd }, label, placeholder, trait = "query") => {
  const field = ownKeys(make("input", { type: "search", "aria-label": label, placeholder, spellcheck: "false" }));
  const pass = later(() => change({ [trait]: field.value }), 120);
  field.addEventListener("input", pass);
  const sync = () => {
    if (!pass.isWaiting() && field.value !== model.get(trait)) field.value = model.get(trait);
  };
  listen(`change:${trait}`, sync);
  atEnd(pass.stop);
  sync();
  return field;
};

// A small window beside a button: Escape and a click elsewhere close it, focus goes back.
const popover = (el, button, label, content) => {
  const before = el.querySelector(".dl-pop");
  before?.close();
  if (before?.opener === button) return null;
  const box = make("div", { class: "dl-pop", role: "dialog", "aria-label": label }, ...content);
  const outside = (event) => {
    if (!box.contains(event.target) && !button.contains(event.target)) box.close(false);
  };
  box.opener = button;
  box.close = (back = true) => {
    document.removeEventListener("pointerdown", outside, true);
    box.remove();
    button.setAttribute("aria-expanded", "false");
    if (back) (button.dlFocus ?? button).focus();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      box.close();
      event.preventDefault();
    }
    event.stopPropagation();
  });
  document.addEventListener("pointerdown", outside, true);
  button.setAttribute("aria-expanded", "true");
  el.append(box);
  const at = button.getBoundingClientRect();
  const page = el.getBoundingClientRect();
  box.style.left = `${Math.max(0, Math.min(at.left - page.left, page.width - box.offsetWidth - 4))}px`;
  box.style.top = `${at.bottom - page.top + 2}px`;
  for (const one of box.querySelectorAll("button, input, select, a")) ownKeys(one);
  box.querySelector("button, input, select")?.focus();
  return box;
};
