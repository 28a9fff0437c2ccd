import { type Check, verdictOf } from "../check.ts";
import { expectAnswer, itemsOf } from "../expect-answer.ts";
import { withProofPerson } from "../proof-person.ts";

const PATH = "/v1/account/sessions";
const SHOWN = ["id", "createdAt", "lastUsedAt", "expiresAt", "address", "userAgent"];

/** A3: a person sees where they are signed in, and what they end is over with the next request. */
export const sessions: Check = {
  id: "A3",
  promise: "A person sees their sessions and can end any of them; ending takes effect on the next request",
  tries: "begins three sessions, reads the list, ends one and then the rest, and calls with each",
  notWhen: null,
  run: async (parts) =>
    await withProofPerson(parts, {}, async (person) => {
      const [first, second, third] = [await person.begin(), await person.begin(), await person.begin()];
      const faults: string[] = [];
      const status = async (cookie: string): Promise<number> => (await person.get("/v1/account", cookie)).status;
      if ((await status(second)) !== 200) faults.push("a session that was just begun is refused");
      const listed = itemsOf(expectAnswer(await person.get(PATH, first), 200, "the list of sessions"));
      if (listed.length !== 3) faults.push(`of 3 sessions ${listed.length} are listed`);
      const missing = SHOWN.filter((field) => listed.some((one) => one[field] === undefined || one[field] === null));
      if (missing.length > 0) faults.push(`sessions are listed without ${missing.join(", ")}`);

      // Which of the others is which is not told: end one, and exactly one of their cookies is over.
      const other = listed.find((one) => one["current"] !== true);
      const end = (path: string) => parts.call("DELETE", path, { cookie: first });
      expectAnswer(await end(`${PATH}/${String(other?.["id"])}`), 204, "ending a session");
      const after = [await status(second), await status(third)].toSorted((a, b) => a - b);
      if (after.join() !== "200,401") faults.push(`after one of two was ended they were answered with ${after.join()}`);
      expectAnswer(await end(PATH), 200, "ending all other sessions");
      const all = [await status(second), await status(third)];
      if (all.join() !== "401,401") faults.push(`after all others were ended they were answered with ${all.join()}`);
      if ((await status(first)) !== 200) faults.push("the session that ended the others is over");
      return verdictOf(faults, [
        `3 sessions listed with ${SHOWN.slice(1).join(", ")}`,
        "one ended, then the rest: the request after was answered 401, and the own session went on",
      ]);
    }),
};
