import { inTurns } from "../core/in-turns.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { RedactEchoSlices } from "./redact-echo.ts";

/** Characters looked through in one turn of the event loop: about 10 ms. */
const WORK_PER_TURN = 2_000_000;

const nextTurn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** A value with what gives a secret away gone from all its texts, names of fields included. */
export async function redactJson(value: Json, slices: RedactEchoSlices): Promise<Json> {
  let since = 0;
  const redact = async (text: string): Promise<string> => {
    since += text.length;
    if (since > WORK_PER_TURN) {
      since = 0;
      await nextTurn();
    }
    return await inTurns(slices(text), WORK_PER_TURN, nextTurn);
  };
  const walk = async (one: Json): Promise<Json> => {
    if (typeof one === "string") return await redact(one);
    if (Array.isArray(one)) {
      const members: Json[] = [];
      for (const member of one) members.push(needsNone(member) ? member : await walk(member));
      return members;
    }
    if (!isJsonObject(one)) return one;
    const fields: [string, Json][] = [];
    for (const [name, field] of Object.entries(one))
      fields.push([await redact(name), needsNone(field) ? field : await walk(field)]);
    return Object.fromEntries(fields);
  };
  return await walk(value);
}

function needsNone(value: Json): boolean {
  return value === null || typeof value === "number" || typeof value === "boolean";
}
