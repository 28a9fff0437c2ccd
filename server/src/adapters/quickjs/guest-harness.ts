/** The file name of the step's own module in guest stacks. */
export const STEP_FILE = "step.js";

/** The file name of the harness in guest stacks; its frames are left out of what an author sees. */
export const HARNESS_FILE = "steward:harness";

/**
 * The JavaScript that surrounds a step inside the engine. It is evaluated once per thread, before
 * any step, and keeps the built-ins it needs, so that a step that changes `JSON` or a prototype
 * changes only its own run. It is no security boundary: limits and the copy of the result are
 * enforced by the host, and a step that tricks the harness can only forge its own result.
 *
 * Its completion value is an object of functions for the host:
 * - `bind(value)` keeps the module's default export; returns "function", "unrepeatable" when the
 *   module's top level drew a random number, or the type of what is not a function.
 * - `call(input, seed)` calls the step with `JSON.parse(input)`; returns a report, or undefined
 *   while the step's promise is pending.
 * - `settled()` returns the report of that promise, or undefined.
 * - `describe(error)` returns the report of an error.
 *
 * A report is one string: a letter (v value, u undefined, n not JSON, e error), the log lines as a
 * JSON array, a line break, and JSON: the value, or `{ name, message, stack }`.
 */
export const GUEST_HARNESS = `(() => {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const NativePromise = Promise;
  const NativeError = Error;
  const toText = String;
  const { then } = Promise.prototype;
  const { slice } = String.prototype;
  const LINES_MAX = 100;
  const CHARACTERS_MAX = 10000;

  let step;
  let report;
  let lines = 0;
  let characters = 0;
  let logs = "";
  let drawn = false;
  let a = 1, b = 2, c = 3, d = 4;

  const cut = (text, max) => (text.length > max ? apply(slice, text, [0, max]) : text);

  const show = (value) => {
    if (typeof value === "string") return value;
    try {
      if (value instanceof NativeError) return value.name + ": " + value.message;
      if (typeof value === "object" && value !== null) {
        const text = stringify(value);
        if (typeof text === "string") return text;
      }
      return toText(value);
    } catch {
      return "(unprintable)";
    }
  };

  const addLine = (line) => {
    logs += (lines === 0 ? "" : ",") + stringify(line);
    lines++;
  };

  const log = (...values) => {
    if (lines >= LINES_MAX) return;
    if (lines === LINES_MAX - 1 || characters >= CHARACTERS_MAX) {
      addLine("(log limit reached: 100 lines or 10,000 characters)");
      lines = LINES_MAX;
      return;
    }
    let line = "";
    for (let i = 0; i < values.length && line.length < CHARACTERS_MAX; i++) line += (i === 0 ? "" : " ") + show(values[i]);
    line = cut(line, CHARACTERS_MAX - characters);
    characters += line.length;
    addLine(line);
  };

  const wrap = (kind, body) => kind + "[" + logs + "]\\n" + body;

  const read = (error, field, max) => {
    try {
      const value = error[field];
      return typeof value === "string" ? cut(value, max) : "";
    } catch {
      return "";
    }
  };

  const describe = (error, kind = "e") => {
    let name = "", message = "", stack = "";
    if ((typeof error === "object" && error !== null) || typeof error === "function") {
      name = read(error, "name", 100);
      message = read(error, "message", 2000);
      stack = read(error, "stack", 4000);
    }
    if (name === "" && message === "") message = cut("threw " + show(error), 2000);
    return wrap(kind, '{"name":' + stringify(name) + ',"message":' + stringify(message) + ',"stack":' + stringify(stack) + "}");
  };

  const notJson = (what) => wrap("n", '{"name":"","message":' + stringify(what) + ',"stack":""}');

  const finish = (value) => {
    if (value === undefined) return wrap("u", "");
    if (typeof value === "function" || typeof value === "symbol") return notJson("it is a " + typeof value);
    let body;
    try {
      body = stringify(value);
    } catch (error) {
      return describe(error, "n");
    }
    return typeof body === "string" ? wrap("v", body) : notJson("its toJSON gives nothing");
  };

  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };

  const seed = (number) => {
    a = number | 0;
    b = (number / 4294967296) | 0;
    c = 0x9e3779b9 | 0;
    d = 1;
    for (let i = 0; i < 12; i++) next();
  };

  const globals = globalThis;
  globals.console = { log, info: log, warn: log, error: log, debug: log };
  Math.random = function random() {
    drawn = true;
    return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  };
  for (const name of ["performance", "SharedArrayBuffer", "Atomics"]) delete globals[name];

  return {
    describe: (error) => describe(error),
    seed,
    bind(value) {
      step = value;
      if (typeof step !== "function") return step === null ? "null" : typeof step;
      return drawn ? "unrepeatable" : "function";
    },
    call(input, number) {
      seed(number);
      try {
        const value = step(parse(input));
        if (typeof value !== "object" || value === null || typeof value.then !== "function") return finish(value);
        const promise = value instanceof NativePromise ? value : new NativePromise((resolve) => resolve(value));
        apply(then, promise, [
          (result) => { report = finish(result); },
          (error) => { report = describe(error); },
        ]);
        return undefined;
      } catch (error) {
        return describe(error);
      }
    },
    settled: () => report,
  };
})()`;
