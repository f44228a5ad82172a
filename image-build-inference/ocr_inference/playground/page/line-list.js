// The lines as text: one stop of the tab key, arrow keys within.

import { bandOf, percent } from "./confidence.js";
import { element } from "./elements.js";

/** @typedef {import("./invoke.js").Line} Line */

/**
 * What stands for a line: its text, or its number where only its place is known.
 * @param {Line} line
 * @param {number} index
 * @returns {string}
 */
export function nameOf(line, index) {
  return line.text ?? `Line ${index + 1}`;
}

/** The list of the lines that are shown. */
export class LineList {
  /** @type {HTMLButtonElement[]} */
  #buttons = [];

  /**
   * @param {HTMLElement} list
   * @param {{point: (index: number | null) => void, press: (index: number) => void}} told of what happens to lines
   */
  constructor(list, { point, press }) {
    this.list = list;
    const at = (/** @type {Event} */ event) => this.#indexOf(event.target);
    list.addEventListener("pointerover", (event) => point(at(event)));
    list.addEventListener("pointerleave", () => point(this.focused));
    list.addEventListener("focusin", (event) => point(at(event)));
    list.addEventListener("focusout", () => point(null));
    list.addEventListener("click", (event) => {
      const index = at(event);
      if (index !== null) press(index);
    });
    list.addEventListener("keydown", (event) => this.#move(event));
  }

  /** @param {Line[]} lines */
  show(lines) {
    this.#buttons = lines.map((line, index) => this.#button(line, index));
    this.list.replaceChildren(...this.#buttons.map((button) => element("li", {}, button)));
    this.#makeStop(0);
  }

  /** The line that has the keyboard's focus, or null. */
  get focused() {
    return this.#indexOf(document.activeElement);
  }

  /**
   * @param {number | null} index the line that is pointed at
   * @param {boolean} scroll whether to bring it into view
   */
  highlight(index, scroll) {
    for (const [place, button] of this.#buttons.entries()) button.classList.toggle("active", place === index);
    if (scroll && index !== null) this.#buttons[index].scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  focus(index) {
    this.#makeStop(index);
    this.#buttons[index].focus({ preventScroll: true });
  }

  /**
   * @param {Line} line
   * @param {number} index
   */
  #button(line, index) {
    const band = bandOf(line.confidence);
    const text = element("span", { class: "text", dir: "auto", lang: "" }, ...pieces(line, index));
    const mark = element("span", { class: `mark ${band.name}`, "aria-hidden": "true" }, band.mark);
    const made = element("button", { type: "button", tabindex: "-1" }, mark, text, " ", percent(line.confidence));
    return /** @type {HTMLButtonElement} */ (made);
  }

  /** @param {EventTarget | null} target */
  #indexOf(target) {
    const button = target instanceof Element ? target.closest("button") : null;
    const index = this.#buttons.findIndex((one) => one === button);
    return index < 0 ? null : index;
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const here = this.focused;
    const last = this.#buttons.length - 1;
    if (here === null) return;
    const there = { ArrowDown: Math.min(here + 1, last), ArrowUp: Math.max(here - 1, 0), Home: 0, End: last }[event.key];
    if (there === undefined) return;
    event.preventDefault();
    this.#makeStop(there);
    this.#buttons[there].focus();
  }

  /** @param {number} index */
  #makeStop(index) {
    for (const [place, button] of this.#buttons.entries()) button.tabIndex = place === index ? 0 : -1;
  }
}

/**
 * The line's text; each of its words with what it is sure of, where words were asked for.
 * @param {Line} line
 * @param {number} index
 */
function pieces(line, index) {
  if (!line.words?.length) return [nameOf(line, index)];
  return line.words.flatMap((word, place) => {
    const band = bandOf(word.confidence);
    const shown = element("span", { class: `word ${band.name}`, title: percent(word.confidence) }, word.text);
    return place ? [" ", shown] : [shown];
  });
}
