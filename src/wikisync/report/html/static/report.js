// What the report does beside showing: keys, the filter, the page in view. All else is HTML and CSS.
"use strict";
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
  const visible = (page) => !page.hidden && page.getClientRects().length > 0;

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
  function inView() {
    const line = document.querySelector(".bar").getBoundingClientRect().bottom + 40;
    const place = main.getBoundingClientRect();
    return document.elementFromPoint(place.left + place.width / 2, line)?.closest("article.page");
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
  function step(by) {
    const shown = pages.filter(visible);
    const place = shown.indexOf(current);
    show(place < 0 ? shown[0] : shown[place + by]);
  }
  for (const [id, item] of items) {
    item.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", `#${id}`);
      show(document.getElementById(id));
    });
  }

  // ---- the filter
  function narrow() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const page of pages) {
      const item = items.get(page.id);
      const text = item.querySelector(".what").textContent.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      page.hidden = item.hidden = !fits;
      found += fits;
    }
    none.hidden = found > 0;
  }
  filter?.addEventListener("input", narrow);

  // ---- the theme, where the style cannot reach it: the window's own scrollbars
  const themes = [...document.querySelectorAll("input[name=theme]")];
  const dress = () => {
    for (const one of themes) root.classList.toggle(one.id, one.checked);
  };
  for (const one of themes) one.addEventListener("change", dress);
  dress();

  // ---- keys
  const choose = (id) => document.getElementById(id).click();
  function theme() {
    const next = (themes.findIndex((one) => one.checked) + 1) % themes.length;
    themes[next].click();
  }
  function preview() {
    const opened = current?.querySelector("details.preview");
    if (opened) opened.open = !opened.open;
  }
  function tick() {
    current?.querySelector(".tick input")?.click();
  }
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: preview,
    x: tick,
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
  mark(inView() ?? null);
})();
