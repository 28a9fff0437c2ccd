/** Where a field of a flow file stands in its JSON text, for problems that name the field only. Pure. */

/** The parts of `steps[0].input.name`, `steps.0.input.name` or `/steps/0/input/name`. */
export function fieldParts(field: string): string[] {
  if (field.startsWith("/")) {
    return field
      .slice(1)
      .split("/")
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return [...field.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );
}

/** The 1-based line of the field, or of the deepest part of its path that is there; null when the text is not JSON. */
export function fieldLine(text: string, field: string): number | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const at = offsetOf(text, fieldParts(field));
  return text.slice(0, at).split("\n").length;
}

/** The offset where the last part of the path that exists begins; `text` must be valid JSON. */
function offsetOf(text: string, parts: readonly string[]): number {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
  let found = Math.max(0, text.search(/\S/));
  /** Of each container around the present token: the key or index that is being read. */
  const around: { array: boolean; key: string; keyAt: number; expectsKey: boolean }[] = [];
  let depthFound = 0;

  const note = (offset: number): void => {
    const matches = around.every((one, level) => one.key === parts[level]);
    if (!matches || around.length > parts.length || around.length <= depthFound) return;
    depthFound = around.length;
    found = offset;
  };

  for (const { 0: token, index } of text.matchAll(tokens)) {
    const top = around.at(-1);
    if (token === "}" || token === "]") {
      around.pop();
    } else if (token === ",") {
      if (top?.array) top.key = String(Number(top.key) + 1);
      else if (top) top.expectsKey = true;
    } else if (token !== ":") {
      if (top && !top.array && top.expectsKey) {
        top.key = String(JSON.parse(token));
        top.keyAt = index;
        top.expectsKey = false;
        continue;
      }
      if (top) note(top.array ? index : top.keyAt);
      if (token === "{") around.push({ array: false, key: "", keyAt: index, expectsKey: true });
      if (token === "[") around.push({ array: true, key: "0", keyAt: index, expectsKey: false });
    }
    if (depthFound === parts.length && parts.length > 0) break;
  }
  return found;
}
