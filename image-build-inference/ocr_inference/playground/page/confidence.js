// How sure the model is, told by a colour, a pattern, a mark and a number.

import { element, svgElement } from "./elements.js";

/** @typedef {{name: string, from: number, mark: string, label: string}} Band */

/** @type {Band[]} */
const BANDS = [
  { name: "sure", from: 0.95, mark: "●", label: "95% and more" },
  { name: "doubtful", from: 0.8, mark: "◐", label: "80 to 95%" },
  { name: "unsure", from: 0, mark: "○", label: "below 80%" },
];

/**
 * @param {number} confidence from 0 to 1
 * @returns {Band}
 */
export function bandOf(confidence) {
  return BANDS.find((band) => confidence >= band.from) ?? BANDS[BANDS.length - 1];
}

/**
 * Whole percent, rounded down: only what is certain is 100%.
 * @param {number} confidence from 0 to 1
 * @returns {string}
 */
export function percent(confidence) {
  return `${Math.floor(Math.round(confidence * 10_000) / 100)}%`;
}

/** @param {HTMLElement} list */
export function drawLegend(list) {
  list.replaceChildren(
    ...BANDS.map(({ name, mark, label }) => {
      const sample = svgElement("rect", { x: 1.5, y: 1.5, width: 25, height: 11 });
      const box = svgElement("svg", { viewBox: "0 0 28 14", class: `box ${name}`, "aria-hidden": "true" }, sample);
      return element("li", {}, box, element("span", { class: name }, mark), ` ${label}`);
    }),
  );
}
