// Boxes over the picture, and, where it is wanted, what was read in them.

import { bandOf } from "./confidence.js";
import { svgElement } from "./elements.js";

/** @typedef {import("./invoke.js").Box} Box */
/** @typedef {import("./invoke.js").Line} Line */
/** @typedef {import("./invoke.js").Page} Page */

/**
 * @param {SVGSVGElement} svg
 * @param {Page} page
 * @param {Line[]} lines those of the page that are shown
 * @param {boolean} withText
 */
export function drawBoxes(svg, page, lines, withText) {
  svg.setAttribute("viewBox", `0 0 ${page.width} ${page.height}`);
  svg.replaceChildren(...lines.map((line, index) => drawLine(line, index, withText)));
}

/**
 * @param {SVGSVGElement} svg
 * @param {number | null} index the line that is pointed at
 */
export function highlightBox(svg, index) {
  for (const [place, box] of [...svg.children].entries()) box.classList.toggle("active", place === index);
}

/**
 * @param {Line} line
 * @param {number} index
 * @param {boolean} withText
 */
function drawLine(line, index, withText) {
  const group = svgElement("g", { class: `box ${bandOf(line.confidence).name}`, "data-line": index });
  group.append(svgElement("polygon", { points: line.box.join(" "), class: withText ? "covered" : "open" }));
  for (const word of line.words ?? []) {
    const band = bandOf(word.confidence).name;
    group.append(svgElement("polygon", { points: word.box.join(" "), class: `word box ${band}` }));
  }
  if (withText && line.text) group.append(drawText(line.text, line.box));
  return group;
}

/**
 * Text as wide and as high as its box, along it. A tall box is read from its top down, as the recogniser does.
 * @param {string} text
 * @param {Box} box
 */
function drawText(text, box) {
  const [topLeft, topRight, bottomRight, bottomLeft] = box;
  const isTall = length(topLeft, bottomLeft) > 1.5 * length(topLeft, topRight);
  const [start, end, across] = isTall ? [topLeft, bottomLeft, topRight] : [bottomLeft, bottomRight, topLeft];
  const height = length(start, across);
  const angle = (Math.atan2(end[1] - start[1], end[0] - start[0]) * 180) / Math.PI;
  const made = svgElement("text", {
    transform: `translate(${start}) rotate(${angle.toFixed(2)}) translate(0 ${(-0.22 * height).toFixed(2)})`,
    "font-size": (0.8 * height).toFixed(2),
    textLength: length(start, end).toFixed(1),
    lengthAdjust: "spacingAndGlyphs",
  });
  made.textContent = text;
  return made;
}

/**
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function length(from, to) {
  return Math.hypot(to[0] - from[0], to[1] - from[1]);
}
