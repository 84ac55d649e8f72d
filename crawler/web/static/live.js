// Brings a page up to date while a crawl runs: what has changed is changed in place, so that scroll
// position, keyboard focus, opened details and what was typed stay. Without this script a page is
// as it was when it was loaded.
"use strict";

// Milliseconds between two questions whether the store has changed; none is asked in a hidden tab.
const EVERY = 10_000;

// What readers typed, ticked or moved, and what desk.js draws.
const KEPT = "input:not([type=hidden]), select, textarea, .drawing, .slider";
const opened = (name, node) => name === "open" && node.matches("details");

const main = document.getElementById("main");
let asking = false;

async function refresh() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { "If-None-Match": main.dataset.version } });
    // 304: nothing has changed. Redirected: the story goes on in another, where a link may lead.
    if (answer.status === 200 && !answer.redirected) bring(await answer.text());
  } catch {
    // The desk was ended, or the machine slept: the next question may be answered.
  } finally {
    asking = false;
  }
}

function bring(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  Idiomorph.morph(main, fresh.getElementById("main"), {
    callbacks: {
      beforeNodeMorphed: (node) => !(node instanceof Element && node.matches(KEPT)),
      beforeAttributeUpdated: (name, node) => !opened(name, node),
    },
  });
  document.title = fresh.title;
  document.dispatchEvent(new Event("refreshed"));
}

let timer;
function watch() {
  clearInterval(timer);
  if (!document.hidden) timer = setInterval(refresh, EVERY);
}
document.addEventListener("visibilitychange", () => {
  watch();
  if (!document.hidden) refresh();
});
watch();
