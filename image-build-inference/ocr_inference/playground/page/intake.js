// The ways in which a file gets here: dropped, chosen, photographed, pasted.

import { byId } from "./elements.js";

/**
 * @param {(file: File) => void} take called with each file
 * @param {(sentence: string) => void} complain called where there was none
 */
export function listenForFiles(take, complain) {
  const first = (/** @type {Iterable<File>} */ files, /** @type {string} */ none) => {
    const [file] = files;
    if (file) take(file);
    else complain(none);
  };
  forButton("choose", "file", take);
  forButton("photograph", "camera", take);
  listenForDrops((files) => first(files, "What was dropped is no file: save the picture first, or paste it."));
  document.addEventListener("paste", (event) => {
    event.preventDefault();
    first(event.clipboardData?.files ?? [], "The clipboard holds no picture.");
  });
  const paste = byId("paste", HTMLButtonElement);
  // Only secure pages (this machine's own address is one) may ask for the clipboard; Ctrl+V works everywhere.
  paste.hidden = !navigator.clipboard?.read;
  paste.addEventListener("click", async () => {
    try {
      first(await pasted(), "The clipboard holds no picture.");
    } catch {
      complain("The browser does not let this page see the clipboard: press Ctrl+V instead.");
    }
  });
}

/**
 * A button that opens a file dialog, or the camera.
 * @param {string} button
 * @param {string} input
 * @param {(file: File) => void} take
 */
function forButton(button, input, take) {
  const chooser = byId(input, HTMLInputElement);
  byId(button, HTMLButtonElement).addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    const file = chooser.files?.[0];
    // Emptied, so that choosing the same file again is a change.
    chooser.value = "";
    if (file) take(file);
  });
}

/** @param {(files: File[]) => void} dropped */
function listenForDrops(dropped) {
  const zone = byId("intake", HTMLElement);
  let depth = 0; // dragenter and dragleave come for every element below the pointer
  const mark = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("over", depth > 0);
  };
  // Anywhere on the page: a browser would open what misses the zone, and leave.
  addEventListener("dragenter", () => mark(1));
  addEventListener("dragleave", () => mark(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-depth);
    dropped([...(event.dataTransfer?.files ?? [])]);
  });
}

/** @returns {Promise<File[]>} the pictures on the clipboard */
async function pasted() {
  const files = [];
  for (const item of await navigator.clipboard.read()) {
    const type = item.types.find((name) => name.startsWith("image/"));
    if (type) files.push(new File([await item.getType(type)], "pasted picture", { type }));
  }
  return files;
}
