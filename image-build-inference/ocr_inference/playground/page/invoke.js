// One request to the endpoint, and what became of it.

/** @typedef {[number, number][]} Box the corners, clockwise from the top left, in pixels of the upright page */
/** @typedef {{text: string, confidence: number, box: Box}} Word */
/** @typedef {{text?: string, confidence: number, box: Box, words?: Word[]}} Line */
/** @typedef {{number: number, width: number, height: number, lines: Line[]}} Page */
/** @typedef {{pages: Page[], model: string, detector?: string, task: string, timings_ms: Record<string, number>}} Answer */
/** @typedef {{task: string, words: boolean}} Options */
/** @typedef {{answer: Answer, milliseconds: number}} Read */

/** A request that was not answered with a reading; its message is for people. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {boolean} mayChange whether the same request may be answered another time
   */
  constructor(message, mayChange) {
    super(message);
    this.mayChange = mayChange;
  }
}

const REASONS = new Map([
  [400, "This file cannot be read."],
  [408, "Sending the file took too long."],
  [413, "This is too large."],
  [415, "This kind of file is not read here."],
  [500, "The server made a mistake."],
  [429, "The server has no time for this now."],
  [503, "The server cannot read this now."],
]);

/** Beside those of the server's own (500 and more). */
const MAY_CHANGE = new Set([408, 429]);

/**
 * Let the endpoint read a file.
 * @param {Blob} file
 * @param {Options} options
 * @param {AbortSignal} signal
 * @returns {Promise<Read>}
 * @throws {Refused} it was not read
 */
export async function invoke(file, options, signal) {
  const begun = performance.now();
  const response = await post(file, options, signal);
  const content = await json(response);
  if (!response.ok) throw new Refused(sentence(response, content), response.status >= 500 || MAY_CHANGE.has(response.status));
  if (!Array.isArray(content?.pages)) throw new Refused("The server's answer is not one that this page can show.", false);
  return { answer: content, milliseconds: performance.now() - begun };
}

/**
 * Whether the endpoint can read, as a sentence.
 * @returns {Promise<string>}
 */
export async function askWhetherReady() {
  try {
    const response = await fetch("ping", { cache: "no-store" });
    return response.ok ? "The server is ready." : "The server is not ready yet.";
  } catch {
    return "The server does not answer.";
  }
}

/**
 * @param {Blob} file
 * @param {Options} options
 * @param {AbortSignal} signal
 */
async function post(file, options, signal) {
  const headers = {
    Accept: "application/json",
    "Content-Type": contentType(file),
    "X-Amzn-SageMaker-Custom-Attributes": `task=${options.task}, words=${options.words}`,
  };
  try {
    return await fetch("invocations", { method: "POST", body: file, headers, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refused("The server does not answer: is it still running?", true);
  }
}

/**
 * JSON with pictures is for programs; a file of that type is sent as bytes, and refused as no picture.
 * @param {Blob} file
 */
function contentType(file) {
  return !file.type || file.type.includes("json") ? "application/octet-stream" : file.type;
}

/** @param {Response} response */
async function json(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {Response} response
 * @param {{error?: unknown} | null} content
 */
function sentence(response, content) {
  const reason = REASONS.get(response.status) ?? `The server refused it (${response.status}).`;
  const details = typeof content?.error === "string" ? ` ${content.error}` : "";
  const seconds = Number(response.headers.get("Retry-After"));
  const wait = seconds > 0 ? ` Wait ${seconds} ${seconds === 1 ? "second" : "seconds"} before you try again.` : "";
  return reason + details + wait;
}
