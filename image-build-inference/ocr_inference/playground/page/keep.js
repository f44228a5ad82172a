// What a person takes away: text on the clipboard, JSON as a file.

import { element } from "./elements.js";

/**
 * Put text on the clipboard.
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser did
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not a secure page, as over a home's network, or not allowed: the way of older browsers works there.
    return copySelected(text);
  }
}

/**
 * Save JSON below the picture's name.
 * @param {unknown} content
 * @param {string} pictureName
 */
export function saveJson(content, pictureName) {
  const blob = new Blob([JSON.stringify(content, null, 2), "\n"], { type: "application/json" });
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: `${pictureName.replace(/\.[^.]*$/, "")}.json` });
  link.click();
  // The browser has begun to read it once this task is over.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** @param {string} text */
function copySelected(text) {
  const before = document.activeElement;
  const area = /** @type {HTMLTextAreaElement} */ (element("textarea", { class: "unseen", readonly: "" }, text));
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return done;
}
