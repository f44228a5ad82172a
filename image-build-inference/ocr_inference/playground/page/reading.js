// What was read, on the page: picture, boxes, lines, times.

import { drawBoxes, highlightBox } from "./boxes.js";
import { drawLegend } from "./confidence.js";
import { byId } from "./elements.js";
import { copyText, saveJson } from "./keep.js";
import { LineList, nameOf } from "./line-list.js";
import { Picture } from "./picture.js";
import { drawTimings } from "./timings.js";

/** @typedef {import("./invoke.js").Answer} Answer */
/** @typedef {import("./invoke.js").Line} Line */
/** @typedef {import("./invoke.js").Read} Read */

const POINT = "Point at a line, or at its box.";

/** The lower half of the page. */
export class ReadingView {
  /** @type {Answer | null} */
  #answer = null;
  #place = 0;
  /** @type {File | null} */
  #file = null;
  #loaded = false;
  /** @type {Line[]} those of the page in view that are sure enough */
  #lines = [];

  #view = byId("reading", HTMLElement);
  #boxes = byId("boxes", SVGSVGElement);
  #picture = new Picture(byId("picture", HTMLImageElement), byId("sheet", HTMLElement));
  #least = byId("least", HTMLInputElement);
  #textOver = byId("text-over", HTMLInputElement);

  /** @param {(sentence: string) => void} say tells people who cannot see it what has happened */
  constructor(say) {
    this.say = say;
    this.list = new LineList(byId("lines", HTMLElement), {
      point: (index) => this.#point(index, false),
      press: (index) => this.#copy(nameOf(this.#lines[index], index), "The line"),
    });
    drawLegend(byId("legend", HTMLElement));
    this.#listen();
  }

  /**
   * Show a picture that is about to be read.
   * @param {File} file
   */
  async preview(file) {
    this.clear();
    this.#file = file;
    this.#loaded = false;
    this.#place = 0;
    const loaded = await this.#picture.load(file);
    if (this.#file !== file) return; // another one came meanwhile
    this.#loaded = loaded;
    if (loaded && !this.#answer) {
      this.#picture.preview();
      this.#view.hidden = false;
    }
    if (this.#answer) this.#draw();
  }

  /** Forget what was read. */
  clear() {
    this.#answer = null;
    this.#view.hidden = true;
    this.#view.classList.add("unread");
    this.#boxes.replaceChildren();
    this.list.show([]);
  }

  /**
   * Show what was read of the picture that `preview` was given.
   * @param {Read} read
   */
  show({ answer, milliseconds }) {
    this.#answer = answer;
    this.#place = Math.min(this.#place, answer.pages.length - 1);
    byId("model", HTMLElement).textContent = answer.model;
    byId("found-by", HTMLElement).hidden = !answer.detector;
    byId("detector", HTMLElement).textContent = answer.detector ?? "";
    drawTimings(byId("timings", HTMLElement), answer.timings_ms, milliseconds);
    this.#view.hidden = false;
    this.#view.classList.remove("unread");
    this.#draw();
  }

  #listen() {
    this.#least.addEventListener("input", () => this.#draw());
    this.#textOver.addEventListener("change", () => this.#draw());
    byId("previous", HTMLButtonElement).addEventListener("click", () => this.#leaf(-1));
    byId("next", HTMLButtonElement).addEventListener("click", () => this.#leaf(1));
    byId("copy", HTMLButtonElement).addEventListener("click", () => this.#copy(this.#text(), "The text"));
    byId("download", HTMLButtonElement).addEventListener("click", () => saveJson(this.#answer, this.#file?.name ?? ""));
    const boxAt = (/** @type {Event} */ event) => {
      const box = event.target instanceof Element ? event.target.closest("[data-line]") : null;
      return box ? Number(box.getAttribute("data-line")) : null;
    };
    this.#boxes.addEventListener("pointerover", (event) => this.#point(boxAt(event), isWide()));
    this.#boxes.addEventListener("pointerleave", () => this.#point(this.list.focused, false));
    this.#boxes.addEventListener("click", (event) => {
      const index = boxAt(event);
      if (index !== null) this.list.focus(index);
    });
    // Ctrl+C without a selection: the line that has the focus.
    document.addEventListener("copy", (event) => {
      const index = this.list.focused;
      if (index === null || !document.getSelection()?.isCollapsed) return;
      event.clipboardData?.setData("text/plain", nameOf(this.#lines[index], index));
      event.preventDefault();
      this.say("The line is copied.");
    });
  }

  #draw() {
    const least = Number(this.#least.value) / 100;
    byId("least-shown", HTMLElement).textContent = `${this.#least.value}%`;
    this.#least.setAttribute("aria-valuetext", `${this.#least.value}%`);
    if (!this.#answer) return;
    const page = this.#answer.pages[this.#place];
    this.#lines = page.lines.filter((line) => line.confidence >= least);
    const visible = this.#picture.show(page, this.#loaded);
    drawBoxes(this.#boxes, page, this.#lines, this.#textOver.checked || !visible);
    this.list.show(this.#lines);
    this.#point(null, false);
    this.#describe(page.lines.length, visible);
  }

  /**
   * @param {number} found lines of the page
   * @param {boolean} visible whether the picture is shown
   */
  #describe(found, visible) {
    const pages = this.#answer?.pages.length ?? 1;
    const blank = byId("blank", HTMLElement);
    blank.hidden = visible;
    blank.textContent = "The browser cannot show this file itself: this is a blank page of its size, with what was read on it.";
    const none = byId("no-lines", HTMLElement);
    none.hidden = this.#lines.length > 0;
    none.textContent = found ? "No line is as sure as that: move the slider to the left." : "No text was found on this page.";
    byId("lines-help", HTMLElement).hidden = !none.hidden;
    const all = this.#lines.length === found;
    byId("count", HTMLElement).textContent = all ? `${found}` : `${this.#lines.length} of ${found}`;
    byId("copy", HTMLButtonElement).disabled = !this.#lines.some((line) => line.text);
    byId("pages", HTMLElement).hidden = pages < 2;
    byId("page-number", HTMLElement).textContent = `Page ${this.#place + 1} of ${pages}`;
    byId("previous", HTMLButtonElement).disabled = this.#place === 0;
    byId("next", HTMLButtonElement).disabled = this.#place === pages - 1;
  }

  /** @param {number} step */
  #leaf(step) {
    this.#place += step;
    this.#draw();
    this.say(`Page ${this.#place + 1}, ${this.#lines.length} lines.`);
  }

  /**
   * @param {number | null} index
   * @param {boolean} scroll
   */
  #point(index, scroll) {
    highlightBox(this.#boxes, index);
    this.list.highlight(index, scroll);
    const strip = byId("active-line", HTMLElement);
    strip.textContent = index === null ? POINT : nameOf(this.#lines[index], index);
    strip.classList.toggle("soft", index === null);
  }

  /** The text of the page's lines that are shown. */
  #text() {
    return this.#lines.map((line) => `${line.text ?? ""}\n`).join("");
  }

  /**
   * @param {string} text
   * @param {string} what
   */
  async #copy(text, what) {
    this.say((await copyText(text)) ? `${what} is copied.` : "The browser does not let this page copy.");
  }
}

/** Whether the lines stand beside the picture: scrolling to one does not take the picture out of view. */
function isWide() {
  return matchMedia("(min-width: 56rem)").matches;
}
