// Stands in for crowd-html-elements, of which the worker's page uses the form and the button: sends the same answer, here.

const number = location.pathname.split("/").at(-1);

class CrowdForm extends HTMLElement {
  /** What the page held when it was shown, or was sent last. */
  known = "";

  /** The named fields. */
  answer() {
    return Object.fromEntries([...this.querySelectorAll("[name]")].map((field) => [field.name, field.value]));
  }

  /** Whether a person has changed what was not sent since. */
  get unsent() {
    return JSON.stringify(this.answer()) !== this.known;
  }

  /** Ask the page whether it may be sent, and send what its named fields hold, as Ground Truth records it. */
  async submit() {
    if (!this.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }))) return;
    const answer = this.answer();
    try {
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(`/answers/${number}`, { method: "POST", headers, body: JSON.stringify(answer) });
      if (response.ok) {
        this.known = JSON.stringify(answer);
        return location.assign("/");
      }
      const said = await response.text();
      this.tell(`Not saved: ${response.headers.get("Content-Type") === "application/json" ? JSON.parse(said).error : said}`);
    } catch (error) {
      this.tell(`Not saved, the server does not answer: is it still running? (${error.message})`);
    }
  }

  /** @param {string} sentence */
  tell(sentence) {
    const status = this.querySelector("[role=status]");
    status.textContent = sentence;
    status.classList.add("bad");
  }

  async connectedCallback() {
    window.addEventListener("load", () => { this.known = JSON.stringify(this.answer()); });
    window.addEventListener("beforeunload", (event) => { if (this.unsent) event.preventDefault(); });
    const bar = document.createElement("nav");
    bar.id = "pages";
    bar.setAttribute("aria-label", "Pages");
    this.before(bar);
    const state = await (await fetch(`/pages/${number}/state`)).json();
    const link = (to, words) => {
      const made = document.createElement(to < 1 || to > state.pages ? "span" : "a");
      made.textContent = words;
      if (made instanceof HTMLAnchorElement) made.href = `/pages/${to}`;
      return made;
    };
    const seen = `Page ${state.number} of ${state.pages}, ${state.labelled} labelled: ${state.name}${state.done ? " (labelled)" : ""}`;
    bar.append(seen, " · ", link(state.number - 1, "previous (Alt+PageUp)"), " · ", link(state.number + 1, "next (Alt+PageDown)"));
    if (state.problem) bar.append(` · ${state.problem}`);
    // Before the page takes the key for its own.
    document.addEventListener("keydown", (event) => {
      const step = event.altKey ? { PageUp: -1, PageDown: 1 }[event.key] : undefined;
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const to = state.number + step;
      if (to >= 1 && to <= state.pages) location.assign(`/pages/${to}`);
    }, true);
  }
}

class CrowdButton extends HTMLElement {
  connectedCallback() {
    this.tabIndex = 0;
    this.role = "button";
    const submit = () => this.closest("crowd-form").submit();
    this.addEventListener("click", submit);
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") submit();
    });
  }
}

customElements.define("crowd-form", CrowdForm);
customElements.define("crowd-button", CrowdButton);
