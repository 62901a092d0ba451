// A review in the browser: counts what is ticked, publishes without leaving the page, shows progress.
// Without this script the same form does the same, and the page is fetched anew.
"use strict";
(() => {
  const form = document.getElementById("publish");
  const told = document.getElementById("told");
  const end = document.getElementById("end");
  const verb = form.dataset.verb;
  const round = Number(form.elements.round.value);
  const boxes = [...document.querySelectorAll("input[name=page]")];
  const outcomes = new Map(
    [...document.querySelectorAll(".outcome")].map((place) => [place.dataset.page, place]),
  );
  const items = new Map(
    [...document.querySelectorAll(".list a")].map((link) => [
      link.getAttribute("href").slice(1),
      link.parentElement,
    ]),
  );
  const itemOf = (page) => items.get(page.id);
  const { noun } = document.body.dataset;
  const pages = (count) => `${count.toLocaleString("en")} ${count === 1 ? noun : `${noun}s`}`;

  // ---- ticking: kept for a reload, for this plan alone
  const name = `wikisync-ticks ${location.pathname} ${round}`;
  const isDelete = (box) => box.closest(".page").querySelector(".badge.delete") !== null;
  const shownBoxes = () => boxes.filter((box) => box.getClientRects().length > 0);
  function label(ticked) {
    const gone = ticked.filter(isDelete).length;
    const rest = ticked.length - gone;
    const which = form.dataset.which;
    if (!ticked.length) return `${verb} ticked ${noun}s`;
    if (!gone) return `${verb} ${which}${pages(rest)}`;
    if (!rest) return `Delete ${which}${pages(gone)}`;
    return `${verb} ${which}${rest.toLocaleString("en")}, delete ${gone.toLocaleString("en")}`;
  }
  function count() {
    const ticked = boxes.filter((box) => box.checked);
    for (const box of boxes) {
      itemOf(box.closest(".page"))?.classList.toggle("ticked", box.checked);
    }
    const go = document.getElementById("go");
    if (!go) return;
    go.disabled = ticked.length === 0;
    go.textContent = label(ticked);
    told.textContent = ticked.length
      ? `${pages(ticked.length)} of ${boxes.length.toLocaleString("en")} ticked.`
      : `Tick the ${noun}s that are to be written.`;
    nameAll();
  }
  const all = document.getElementById("tick-all");
  function nameAll() {
    const shown = shownBoxes();
    const done = shown.length > 0 && shown.every((box) => box.checked);
    all.firstChild.data = done ? "Untick all" : "Tick all";
    all.disabled = shown.length === 0;
  }
  function keep() {
    count();
    wikisync.keep(sessionStorage, name, boxes.filter((box) => box.checked).map((box) => box.value));
  }
  document.getElementById("pages").addEventListener("change", keep);
  document.addEventListener("filtered", () => all && nameAll());
  all?.addEventListener("click", () => {
    const shown = shownBoxes();
    const every = shown.every((box) => box.checked);
    for (const box of shown) box.checked = !every;
    keep();
  });
  if (document.body.classList.contains("open")) {
    const kept = wikisync.kept(sessionStorage, name);
    if (Array.isArray(kept)) for (const box of boxes) box.checked = kept.includes(box.value);
  }

  // ---- what is going on
  let watching = 0;
  function show(state) {
    if (state.phase === "open" && state.round !== round) {
      // A page changed, and there is a new plan: the page is fetched anew, at its message.
      history.scrollRestoration = "manual";
      history.replaceState(null, "", "#changed");
      location.reload();
      return;
    }
    for (const [page, outcome] of Object.entries(state.outcomes)) {
      const place = outcomes.get(page);
      if (!place) continue;
      const line = document.createElement("p");
      line.className = outcome.result;
      line.textContent = outcome.text;
      place.replaceChildren(line);
      const item = itemOf(place.closest(".page"));
      item?.classList.add(`was-${outcome.result}`);
    }
    if (state.phase === "open") return;
    if (state.stays) {
      // The page of the end has the results in place of the plan.
      history.scrollRestoration = "manual";
      history.replaceState(null, "", "#end");
      location.reload();
      return;
    }
    for (const box of boxes) box.disabled = true;
    form.querySelector(".buttons")?.remove();
    const done = Object.keys(state.outcomes).length;
    if (state.phase === "writing") {
      told.textContent = done
        ? `Writing: ${done} of ${pages(state.ticked)} done.`
        : `Checking ${pages(state.ticked)} once more.`;
      let bar = form.querySelector("progress");
      if (!bar) {
        bar = document.createElement("progress");
        form.append(bar);
      }
      bar.max = state.ticked;
      bar.value = done;
      return;
    }
    form.querySelector("progress")?.remove();
    told.textContent = "This review has ended. You can close this page.";
    document.querySelector("h1").textContent = document.title = "The review has ended";
    end.hidden = false;
    end.classList.toggle("good", Boolean(state.good));
    end.classList.toggle("note", !state.good);
    end.querySelector(".kind").textContent = state.good ? "done" : "ended";
    end.querySelector("div").replaceChildren(
      ...state.lines.map((text) => {
        const line = document.createElement("p");
        line.textContent = text;
        return line;
      }),
    );
    end.scrollIntoView({ block: "center" });
  }
  const gone = {
    phase: "ended",
    outcomes: {},
    lines: ["The program that served this page has ended. Nothing more can be written from here."],
  };
  async function watch() {
    let state = gone;
    try {
      const answer = await fetch("state");
      if (answer.ok) state = await answer.json();
    } catch {
      // nobody is there any more
    }
    show(state);
    if (state.phase !== "ended") {
      clearTimeout(watching);
      watching = setTimeout(watch, state.phase === "writing" ? 300 : 3000);
    }
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sender = event.submitter;
    if (sender?.id === "stay") return;
    const body = new URLSearchParams(new FormData(form));
    form.querySelectorAll("button").forEach((button) => (button.disabled = true));
    try {
      await fetch(sender?.getAttribute("formaction") ?? form.getAttribute("action"), {
        method: "POST",
        headers: { accept: "application/json" },
        body,
      });
    } catch {
      // what became of it is asked below
    }
    clearTimeout(watching);
    watch();
  });
  if (["#changed", "#end"].includes(location.hash)) {
    const place = document.querySelector(location.hash);
    addEventListener("load", () => {
      place?.focus({ preventScroll: true });
      scrollTo(0, 0);
      history.replaceState(null, "", location.pathname);
      requestAnimationFrame(() => (history.scrollRestoration = "auto"));
    });
  }
  if (!document.body.classList.contains("ended")) {
    count();
    watch();
  } else if (form.dataset.stays) {
    // As long as it is shown, the page can be fetched again; the program waits for it a little.
    const ask = async () => {
      try {
        if ((await fetch("state")).ok) setTimeout(ask, 1000);
      } catch {
        // the program has ended
      }
    };
    ask();
  }
})();
