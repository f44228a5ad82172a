// The picture below the boxes, as far as a browser can show it.

/** @typedef {import("./invoke.js").Page} Page */

/** The picture of one file. */
export class Picture {
  /**
   * @param {HTMLImageElement} image
   * @param {HTMLElement} sheet what is below the boxes, in the page's proportions
   */
  constructor(image, sheet) {
    this.image = image;
    this.sheet = sheet;
    this.address = "";
  }

  /**
   * Load a file; an <img> turns it upright by itself, by the same EXIF orientation as the server.
   * @param {File} file
   * @returns {Promise<boolean>} whether the browser can show it
   */
  async load(file) {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = URL.createObjectURL(file);
    this.image.src = this.address;
    this.image.alt = file.name;
    try {
      await this.image.decode();
      return true;
    } catch {
      return false;
    }
  }

  /** Make room for the picture, before it was read. */
  preview() {
    this.#lay(this.image.naturalWidth, this.image.naturalHeight, true);
  }

  /**
   * Make room for a page.
   * @param {Page} page
   * @param {boolean} loaded whether the browser can show the file
   * @returns {boolean} whether the picture is shown; a blank page of the same size otherwise
   */
  show(page, loaded) {
    const fits = loaded && this.image.naturalWidth === page.width && this.image.naturalHeight === page.height;
    this.#lay(page.width, page.height, fits);
    return fits;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {boolean} visible
   */
  #lay(width, height, visible) {
    this.image.hidden = !visible;
    this.sheet.classList.toggle("blank", !visible);
    this.sheet.style.setProperty("--ratio", String(width / height));
  }
}
