// What the report does beside showing: keys, the filter, the page in view, what was seen. All else is
// HTML and CSS.
"use strict";
const wikisync = {
  // A browser may refuse to keep anything: then nothing is remembered.
  keep(store, name, value) {
    try {
      store.setItem(name, JSON.stringify(value));
    } catch {}
  },
  kept(store, name) {
    try {
      return JSON.parse(store.getItem(name));
    } catch {
      return null;
    }
  },
};
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const pages = [...document.querySelectorAll("article.page")];
  const items = new Map(
    [...document.querySelectorAll(".list li")].map((item) => [
      item.querySelector("a").getAttribute("href").slice(1),
      item,
    ]),
  );
  const filter = document.getElementById("filter");
  const none = document.getElementById("none");
  const help = document.getElementById("help");
  const only = [...document.querySelectorAll(".only")];
  const visible = (page) => page.getClientRects().length > 0;
  const { noun } = document.body.dataset;
  const many = (count) => `${count.toLocaleString("en")} ${count === 1 ? noun : `${noun}s`}`;
  // For a review it is kept as long as its tab; a report is a file that may be opened again.
  let store = null;
  try {
    store = document.body.classList.contains("review") ? sessionStorage : localStorage;
  } catch {}

  // ---- the page in view
  let current = null;
  function mark(page) {
    if (current === page) return;
    if (current) items.get(current.id)?.querySelector("a").removeAttribute("aria-current");
    current = page;
    const link = page && items.get(page.id)?.querySelector("a");
    if (!link) return;
    link.setAttribute("aria-current", "true");
    const list = link.closest("ol");
    const [box, outer] = [link.getBoundingClientRect(), list.getBoundingClientRect()];
    if (box.top < outer.top || box.bottom > outer.bottom) {
      list.scrollTop += box.top - outer.top - outer.height / 3;
    }
  }
  const main = document.getElementById("pages");
  const bar = document.querySelector(".bar");
  const below = () => Math.max(0, bar.getBoundingClientRect().bottom);
  function inView() {
    const place = main.getBoundingClientRect();
    const middle = place.left + place.width / 2;
    for (const line of [40, 80]) {
      const found = document.elementFromPoint(middle, below() + line)?.closest("article.page");
      if (found) return found;
    }
    return null;
  }
  let waiting = false;
  let steady = 0; // a jump says which page is meant; the scrolling that it causes does not
  document.addEventListener(
    "scroll",
    () => {
      if (waiting || performance.now() < steady) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const page = inView();
        if (page) mark(page);
      });
    },
    { passive: true },
  );
  function show(page) {
    if (!page) return;
    steady = performance.now() + 200;
    page.scrollIntoView({ block: "start" });
    page.focus({ preventScroll: true });
    mark(page);
  }
  const onScreen = (page) => {
    if (!page || !visible(page)) return false;
    const box = page.getBoundingClientRect();
    return box.bottom > below() + 10 && box.top < innerHeight - 60;
  };
  // The page that a key is about: the marked one, or else what is on the screen.
  const meant = () => (onScreen(current) ? current : inView());
  function step(by) {
    const shown = pages.filter(visible);
    const from = meant();
    if (from) {
      const header = from.getBoundingClientRect().top;
      // A page that is only begun, or only ended, is itself the next one.
      const ahead = by > 0 ? header > below() + 40 : header < below() - 40;
      if (from !== current && ahead) show(from);
      else show(shown[shown.indexOf(from) + by]);
      return;
    }
    const line = below();
    const next = shown.findIndex((page) => page.getBoundingClientRect().top > line);
    show(by > 0 ? shown[next] : shown[(next < 0 ? shown.length : next) - 1]);
  }
  for (const [id, item] of items) {
    item.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `#${id}`);
      show(document.getElementById(id));
    });
  }

  // ---- the filter: words, and the chips, which the style applies
  const chips = [...document.querySelectorAll(".chip b")];
  const sums = document.getElementById("sums");
  function write(tag, sign, count) {
    if (!count) return [];
    const part = document.createElement(tag);
    part.textContent = `${sign}${count.toLocaleString("en")}`;
    return [part, " "];
  }
  function narrow() {
    const words = (filter?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const groups = new Set(only.filter((one) => one.checked).map((one) => one.id.slice(5)));
    const counts = new Map();
    let [found, added, removed] = [0, 0, 0];
    for (const page of pages) {
      const item = items.get(page.id);
      const text = words.length ? item.querySelector(".what").textContent.toLowerCase() : "";
      const fits = words.every((word) => text.includes(word));
      if (page.hidden === fits) page.hidden = item.hidden = !fits;
      if (!fits) continue;
      const { group } = page.dataset;
      counts.set(group, (counts.get(group) ?? 0) + 1);
      if (groups.size && !groups.has(group)) continue;
      found += 1;
      added += Number(page.dataset.added);
      removed += Number(page.dataset.removed);
    }
    for (const chip of chips) {
      chip.textContent = (counts.get(chip.dataset.group) ?? 0).toLocaleString("en");
    }
    if (none) none.hidden = found > 0;
    const all = many(pages.length);
    document.getElementById("shown").textContent =
      found === pages.length ? all : `${found.toLocaleString("en")} of ${all}`;
    sums.replaceChildren(...write("ins", "+", added), ...write("del", "−", removed));
    document.dispatchEvent(new Event("filtered"));
  }
  filter?.addEventListener("input", narrow);
  for (const one of only) one.addEventListener("change", narrow);

  // ---- what was seen: by the digest of its changes, so that a page that changes is new again
  const seenName = `wikisync-seen ${location.pathname}`;
  const seen = new Set(wikisync.kept(store, seenName) ?? []);
  let count = 0;
  function fold(page, is) {
    count += is ? 1 : -1;
    page.classList.toggle("was-seen", is);
    items.get(page.id).classList.toggle("was-seen", is);
  }
  function countSeen() {
    const place = document.getElementById("seen-count");
    place.textContent = count ? `${count.toLocaleString("en")} seen` : "";
  }
  for (const page of pages) {
    const box = page.querySelector(".seen input");
    box.checked = seen.has(page.dataset.digest);
    if (box.checked) fold(page, true);
    box.addEventListener("change", (event) => {
      event.stopPropagation(); // it is no tick
      if (box.checked) seen.add(page.dataset.digest);
      else seen.delete(page.dataset.digest);
      fold(page, box.checked);
      countSeen();
      if (page.getBoundingClientRect().top < below()) page.scrollIntoView({ block: "start" });
      wikisync.keep(store, seenName, [...seen].slice(-20000));
    });
  }
  countSeen();

  // ---- the view and the theme, which also dresses the window's own scrollbars
  const themes = [...document.querySelectorAll("input[name=theme]")];
  const choices = [...document.querySelectorAll("input[name=theme], input[name=view]")];
  const dress = () => {
    for (const one of themes) root.classList.toggle(one.id, one.checked);
  };
  const lookName = `wikisync-look ${location.pathname}`;
  const look = wikisync.kept(store, lookName) ?? [];
  for (const one of choices) {
    if (look.includes(one.id)) one.checked = true;
    one.addEventListener("change", () => {
      dress();
      const chosen = choices.filter((each) => each.checked).map((each) => each.id);
      wikisync.keep(store, lookName, chosen);
    });
  }
  dress();

  // ---- commands are copied without what breaks their lines
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.(".copy");
    if (!button) return;
    const code = button.parentElement;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) return; // it is selected, to be copied by hand
    }
    button.classList.add("copied");
    setTimeout(() => button.classList.remove("copied"), 1500);
  });

  // ---- keys
  const choose = (id) => document.getElementById(id).click();
  function theme() {
    const next = (themes.findIndex((one) => one.checked) + 1) % themes.length;
    themes[next].click();
  }
  function preview() {
    const opened = meant()?.querySelector("details.preview");
    if (opened) opened.open = !opened.open;
  }
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: preview,
    m: () => meant()?.querySelector(".seen input").click(),
    x: () => meant()?.querySelector(".tick input")?.click(),
    u: () => choose("view-unified"),
    s: () => choose("view-split"),
    t: theme,
    "/": () => {
      filter?.closest("details").setAttribute("open", "");
      filter?.focus();
      filter?.select();
    },
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea");
    if (typing) {
      if (event.key === "Escape") {
        filter.value = "";
        narrow();
        filter.blur();
      } else if (event.key === "Enter") {
        event.preventDefault();
        show(pages.find(visible));
      }
      return;
    }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    if (act) {
      event.preventDefault();
      act();
    }
  });
  document.getElementById("help-button").addEventListener("click", keys["?"]);
  mark(inView());
})();
