// From a file to what was read of it: one request at a time, the newest file wins.

import { byId } from "./elements.js";
import { listenForFiles } from "./intake.js";
import { Refused, askWhetherReady, invoke } from "./invoke.js";
import { ReadingView } from "./reading.js";

const task = byId("task", HTMLSelectElement);
const words = byId("words", HTMLInputElement);
const problem = byId("problem", HTMLElement);
const again = byId("again", HTMLButtonElement);
const busy = byId("busy", HTMLElement);
const announcer = byId("announcer", HTMLElement);
const SHOWN_MILLISECONDS = 4000;
const view = new ReadingView(say);

/** @type {File | null} */
let file = null;
let request = new AbortController();
let shown = 0;

listenForFiles(take, complain);
byId("options", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
task.addEventListener("change", read);
words.addEventListener("change", read);
again.addEventListener("click", read);
byId("cancel", HTMLButtonElement).addEventListener("click", () => {
  request.abort();
  wait(false);
  complain("Nothing was read: you cancelled it.", true);
});
byId("server", HTMLElement).textContent = await askWhetherReady();

/** @param {File} chosen */
function take(chosen) {
  file = chosen;
  document.body.classList.remove("fresh");
  view.preview(chosen);
  read();
}

async function read() {
  if (!file) return;
  request.abort();
  request = new AbortController();
  const { signal } = request;
  problem.hidden = true;
  wait(true);
  try {
    const done = await invoke(file, { task: task.value, words: words.checked }, signal);
    if (signal.aborted) return;
    wait(false);
    view.show(done);
    const lines = done.answer.pages.reduce((sum, page) => sum + page.lines.length, 0);
    say(`${file.name}: ${lines} ${lines === 1 ? "line" : "lines"} in ${(done.milliseconds / 1000).toFixed(1)} seconds.`);
  } catch (error) {
    if (signal.aborted) return;
    view.clear();
    wait(false);
    if (error instanceof Refused) complain(error.message, error.mayChange);
    else complain(`This page made a mistake: ${error}`);
  }
}

/** @param {boolean} isWaiting */
function wait(isWaiting) {
  busy.hidden = !isWaiting;
  byId("reading", HTMLElement).setAttribute("aria-busy", String(isWaiting));
  byId("busy-text", HTMLElement).textContent = isWaiting && file ? `Reading ${file.name}…` : "";
  // To be heard only: the eye has the bar.
  announcer.classList.remove("told");
  if (isWaiting) announcer.textContent = "Reading.";
}

/**
 * @param {string} sentence
 * @param {boolean} mayChange whether the same file may be read another time
 */
function complain(sentence, mayChange = false) {
  byId("problem-text", HTMLElement).textContent = sentence;
  again.hidden = !mayChange;
  problem.hidden = false;
}

/**
 * Tell what was done, for a while to the eye, and to a screen reader.
 * @param {string} sentence
 */
function say(sentence) {
  announcer.textContent = sentence;
  announcer.classList.add("told");
  clearTimeout(shown);
  shown = setTimeout(() => announcer.classList.remove("told"), SHOWN_MILLISECONDS);
}
