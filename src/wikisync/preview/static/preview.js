// What the preview does beside showing: the list of pages, search, moving between pages without
// losing the list, and following the folder. Pages' own scripts never run.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  const base = $("ws-main").dataset.base;
  const pagesAt = `${base}page/`;
  const address = (file) => pagesAt + file.split("/").map(encodeURIComponent).join("/");
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // ---- theme
  const themes = ["auto", "light", "dark"];
  const named = () => {
    $("ws-theme-name").textContent = root.dataset.theme.replace(/^./, (letter) => letter.toUpperCase());
  };
  $("ws-theme").addEventListener("click", () => {
    root.dataset.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    try {
      localStorage.setItem("ws-theme", root.dataset.theme);
    } catch {
      // the theme stays for this page alone
    }
    named();
  });
  named();

  // ---- the list of pages: folders are filled when they are opened
  let pages = [];
  let tree = null;
  const open = new Set();
  function grow() {
    tree = { name: "", path: "", page: null, below: new Map() };
    for (const page of pages) {
      let node = tree;
      for (const name of page.path.split("/")) {
        if (!node.below.has(name)) {
          const path = node.path ? `${node.path}/${name}` : name;
          node.below.set(name, { name, path, page: null, below: new Map() });
        }
        node = node.below.get(name);
      }
      node.page = node.page || page;
    }
  }
  const current = () => $("ws-main").dataset.file;
  function link(page, more) {
    const made = make("a", { href: address(page.file) }, page.title || page.path.split("/").pop());
    if (page.draft) made.append(" ", make("span", { className: "ws-draft", textContent: "draft" }));
    if (more) made.append(make("small", { textContent: page.path }));
    if (page.file === current()) made.setAttribute("aria-current", "page");
    return made;
  }
  function item(node) {
    const row = make("div", { className: "ws-row" });
    const made = make("li", {}, row);
    if (!node.below.size) {
      row.append(make("span", { className: "ws-gap" }), link(node.page));
      return made;
    }
    const arrow = make("button", { type: "button" });
    arrow.setAttribute("aria-label", `Pages below ${node.name}`);
    const list = make("ul");
    const show = (isOpen) => {
      arrow.setAttribute("aria-expanded", String(isOpen));
      list.hidden = !isOpen;
      if (isOpen) open.add(node.path);
      else open.delete(node.path);
      if (isOpen && !list.firstChild) list.append(...items(node));
    };
    const toggle = () => show(list.hidden);
    arrow.addEventListener("click", toggle);
    row.append(arrow);
    if (node.page) row.append(link(node.page));
    else row.append(make("span", { className: "ws-folder", textContent: node.name, onclick: toggle }));
    made.append(list);
    show(open.has(node.path));
    return made;
  }
  const title = (node) => (node.page && node.page.title) || node.name;
  const order = new Intl.Collator(undefined, { numeric: true }).compare;
  function items(node) {
    const all = [...node.below.values()];
    const first = (one) => (node === tree && one.name === "home" ? 0 : 1);
    return all.sort((a, b) => first(a) - first(b) || order(title(a), title(b))).map(item);
  }
  const shownAtMost = 100;
  function draw() {
    const words = $("ws-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const none = $("ws-none");
    if (words.length) {
      const has = (text) => words.every((word) => text.includes(word));
      const found = pages.filter((page) => has(`${page.title} ${page.path}`.toLowerCase()));
      const whole = words.join(" ");
      const distance = ({ title }) => (title.toLowerCase() === whole ? 0 : title.toLowerCase().startsWith(whole) ? 1 : 2);
      const best = found.filter((page) => has(page.title.toLowerCase())).sort((a, b) => distance(a) - distance(b));
      const rest = found.filter((page) => !best.includes(page)).slice(0, shownAtMost);
      const shown = [...best, ...rest].slice(0, shownAtMost);
      const row = (page) => make("li", {}, make("div", { className: "ws-row" }, make("span", { className: "ws-gap" }), link(page, true)));
      $("ws-tree").replaceChildren(...shown.map(row));
      none.textContent = !found.length
        ? "No page has this in its title or path."
        : found.length > shownAtMost ? `The first ${shownAtMost} of ${found.length.toLocaleString("en")} pages.` : "";
      return;
    }
    none.textContent = pages.length ? "" : "There is no page in the folder.";
    $("ws-tree").replaceChildren(...(tree ? items(tree) : []));
  }
  function reveal() {
    const page = pages.find((one) => one.file === current());
    const parts = page ? page.path.split("/") : [];
    for (let end = 1; end < parts.length; end += 1) open.add(parts.slice(0, end).join("/"));
  }
  function mark(scroll) {
    reveal();
    draw();
    const here = $("ws-tree").querySelector("[aria-current]");
    if (here && scroll) here.scrollIntoView({ block: "nearest" });
  }
  async function list() {
    const answer = await fetch(`${base}list`).catch(() => null);
    if (!answer || !answer.ok) return;
    pages = (await answer.json()).pages.map(([file, path, name, draft]) => ({ file, path, title: name, draft }));
    grow();
    mark(true);
  }

  // ---- search
  const search = $("ws-search");
  search.addEventListener("input", () => {
    if (search.value && narrow.matches) menu(true);
    draw();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      search.value = "";
      draw();
      search.blur();
    }
    const first = $("ws-tree").querySelector("a");
    if (event.key === "Enter" && search.value && first) first.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $("ws-nav").classList.contains("ws-open")) {
      menu(false);
      $("ws-menu").focus();
    }
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName || "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
  function menu(isOpen) {
    $("ws-nav").classList.toggle("ws-open", isOpen);
    $("ws-menu").setAttribute("aria-expanded", String(isOpen));
  }
  $("ws-menu").addEventListener("click", () => menu(!$("ws-nav").classList.contains("ws-open")));

  // ---- a page is fetched whole, and only what differs is replaced: so the reader stays where they are
  function fetched(url) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("GET", url);
      request.responseType = "document"; // parsed without running anything
      request.onload = () => resolve(request.response && request.response.getElementById("ws-main") ? request.response : null);
      request.onerror = () => resolve(null);
      request.send();
    });
  }
  function keepOpen(before, after) {
    const [old, fresh] = [before, after].map((one) => [...one.querySelectorAll("details")]);
    if (old.length === fresh.length) fresh.forEach((one, place) => { one.open = old[place].open; });
  }
  const narrow = matchMedia("(max-width: 60rem)");
  function fold() {
    const contents = document.querySelector(".ws-toc");
    if (contents && narrow.matches) contents.open = false;
  }
  fold();
  function patch(before, after, fresh) {
    const [old, now] = [[...before.childNodes], [...after.childNodes]];
    let start = 0;
    while (start < old.length && start < now.length && old[start].isEqualNode(now[start])) start += 1;
    let [oldEnd, nowEnd] = [old.length, now.length];
    while (oldEnd > start && nowEnd > start && old[oldEnd - 1].isEqualNode(now[nowEnd - 1])) {
      oldEnd -= 1;
      nowEnd -= 1;
    }
    // Of what is between, elements stay that are there once before and once after, in this order.
    const [gone, come] = [old.slice(start, oldEnd), now.slice(start, nowEnd)];
    const [was, is] = [single(gone), single(come)];
    const kept = new Map();
    let cursor = 0;
    for (const [html, node] of is) {
      const place = was.has(html) ? gone.indexOf(was.get(html)) : -1;
      if (place < cursor) continue;
      kept.set(node, gone[place]);
      cursor = place + 1;
    }
    const staying = new Set(kept.values());
    gone.filter((node) => !staying.has(node)).forEach((node) => node.remove());
    let previous = old[start - 1] || null;
    for (const node of come) {
      const stays = kept.get(node);
      if (!stays) {
        before.insertBefore(document.adoptNode(node), previous ? previous.nextSibling : before.firstChild);
        if (node.nodeType === Node.ELEMENT_NODE) fresh.push(node);
      }
      previous = stays || node;
    }
  }
  function single(nodes) {
    const found = new Map();
    const twice = new Set();
    for (const node of nodes) {
      if (node.nodeType !== Node.ELEMENT_NODE) continue;
      const html = node.outerHTML;
      if (found.has(html)) twice.add(html);
      found.set(html, node);
    }
    twice.forEach((html) => found.delete(html));
    return found;
  }
  // What the reader looks at stays where it is on the screen, as far as it is still there.
  function anchored(article, change) {
    const top = $("ws-main").getBoundingClientRect().top + scrollY;
    const seen = [...article.children]
      .filter((one) => one.getBoundingClientRect().bottom > top)
      .map((one) => [one, one.getBoundingClientRect().top]);
    root.style.overflowAnchor = "none";
    change();
    for (const [one, place] of scrollY ? seen : []) {
      const now = one.isConnected ? one : [...article.children].find((other) => other.isEqualNode(one));
      if (!now) continue;
      scrollBy(0, now.getBoundingClientRect().top - place);
      break;
    }
    requestAnimationFrame(() => root.style.removeProperty("overflow-anchor"));
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  function replace(next, follows) {
    const [old, now] = [$("ws-main"), next.getElementById("ws-main")];
    const same = old.dataset.file === now.dataset.file;
    const [article, newArticle] = [$("ws-article"), next.getElementById("ws-article")];
    document.title = next.title;
    if (follows && same && article && newArticle) {
      keepOpen(old, now);
      const fresh = [];
      anchored(article, () => {
        patch(article, newArticle, fresh);
        newArticle.replaceWith(article.cloneNode(true)); // equal now, so that it stays in its place
        patch(old, now, []);
      });
      if (!still.matches) {
        for (const node of fresh) node.animate([{ backgroundColor: "#8ab8ff55" }, { backgroundColor: "#8ab8ff00" }], 1200);
      }
    } else old.replaceChildren(...[...now.childNodes].map((node) => document.adoptNode(node)));
    Object.assign(old.dataset, { file: now.dataset.file, version: now.dataset.version });
  }
  function toAnchor() {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name && document.getElementById(name);
    if (target) target.scrollIntoView();
    return Boolean(target);
  }
  const state = $("ws-state");
  function say(words) {
    $("ws-main").setAttribute("aria-busy", String(Boolean(words)));
    if (words) state.textContent = words;
    state.hidden = !words && !lost;
    if (!words && lost) state.textContent = lost;
  }
  let lost = "";
  let latest = 0;
  let underWay = 0;
  let missed = false;
  async function show(url, { push = false, follows = false, top = null, asks = "" } = {}) {
    if (follows && underWay) { // a save does not end the reader's own way to a page
      missed = true;
      return;
    }
    const number = (latest += 1);
    underWay += follows ? 0 : 1;
    say(asks && `Asking ${asks} for the page…`);
    // What the wiki answered to the reader's click is compared again after a save, without asking.
    const next = await fetched(follows && location.search ? `${url.split("#")[0]}&kept` : url);
    underWay -= follows ? 0 : 1;
    if (number !== latest) return;
    say("");
    if (!next) {
      if (!follows) location.assign(url);
      return;
    }
    if (push) {
      history.replaceState({ top: scrollY }, "");
      history.pushState({}, "", url);
    }
    replace(next, follows);
    if (follows) return;
    menu(false);
    fold();
    mark(true);
    if (!toAnchor()) scrollTo(0, top || 0);
    $("ws-main").focus({ preventScroll: true });
    if (missed) {
      missed = false;
      await show(location.href, { follows: true });
    }
  }
  document.addEventListener("click", (event) => {
    const target = event.target.closest && event.target.closest("a[href]");
    if (!target || target.target || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const url = new URL(target.href);
    if (url.origin !== location.origin || !url.pathname.startsWith(pagesAt)) return;
    if (url.pathname === location.pathname && url.search === location.search && url.hash) return;
    event.preventDefault();
    if (target.closest("#ws-tree") && search.value) search.value = "";
    show(url.href, { push: url.href !== location.href, asks: target.dataset.asks });
  });
  history.scrollRestoration = "manual";
  addEventListener("popstate", (event) => {
    if (pathOf(location.href) === address(current()) && !event.state) toAnchor();
    else show(location.href, { top: event.state && event.state.top });
  });
  const pathOf = (href) => new URL(href).pathname;
  if (!toAnchor() && history.state) scrollTo(0, history.state.top || 0);
  addEventListener("pagehide", () => history.replaceState({ top: scrollY }, ""));

  // ---- the folder changes
  let events = null;
  let failed = 0;
  async function changed(event) {
    const change = JSON.parse(event.data);
    const moved = change.moved[current()];
    if (moved) {
      history.replaceState(history.state, "", address(moved) + location.search + location.hash);
      await show(location.href, { top: scrollY });
    } else await show(location.href, { follows: true });
    if (change.listed) await list();
  }
  function follow() {
    if (events || document.hidden) return;
    events = new EventSource(`${base}events?version=${$("ws-main").dataset.version}`);
    events.onopen = () => {
      failed = 0;
      lost = "";
      say("");
    };
    events.onerror = () => {
      failed += 1;
      if (failed < 2 && events.readyState !== EventSource.CLOSED) return;
      lost = "The preview has ended: this page no longer follows the folder. Run wikisync preview again.";
      say("");
    };
    events.onmessage = changed;
  }
  // A browser opens few connections to one server: a tab that nobody sees keeps none.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && events) {
      events.close();
      events = null;
    }
    follow();
  });
  follow();
  list();
})();
