// How long the stages took.

import { element } from "./elements.js";

/**
 * A bar for each stage of the server, and for what the person waited beyond them.
 * @param {HTMLElement} list
 * @param {Record<string, number>} stages milliseconds
 * @param {number} waited milliseconds from the request to the answer, seen from the browser
 */
export function drawTimings(list, stages, waited) {
  const known = Object.values(stages).reduce((sum, each) => sum + each, 0);
  const rows = [...Object.entries(stages), ["way there and back", Math.max(0, waited - known)]];
  list.replaceChildren(
    ...rows.flatMap(([name, value]) => row(String(name), Number(value), waited, "")),
    ...row("in all", waited, waited, "total"),
  );
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} longest
 * @param {string} kind
 */
function row(name, value, longest, kind) {
  const bar = element("span", { class: "bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${Math.min(100, (100 * value) / longest)}%`;
  const time = value < 10 ? value.toFixed(1) : value.toFixed(0);
  return [
    element("dt", { class: kind }, name),
    element("dd", { class: kind }, element("span", { class: "track", "aria-hidden": "true" }, bar), `${time} ms`),
  ];
}
