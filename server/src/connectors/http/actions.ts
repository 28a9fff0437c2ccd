import { type Action, type Calls, type ConnectorCall, defineAction, ProviderError } from "@steward/sdk";
import { z } from "zod";
import { Answer, answerOf, body, callOf, request, type Request } from "./call.ts";
import { nextLink } from "./next-link.ts";

/** Of the 20 reads that an action has. */
const PAGES_MAX = 20;

const SAMPLE: z.output<typeof Answer> = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: { id: 7, state: "paid" },
};
const USUAL = { path: "/orders/7", query: {}, headers: {}, expect: "success" } as const;

const get = defineAction({
  title: "Read (GET)",
  summary: "Reads what is at a path, over several pages where they are linked.",
  class: "read",
  input: z.strictObject({
    ...request,
    pages: z
      .int()
      .min(1)
      .max(PAGES_MAX)
      .default(1)
      .describe(
        "How many pages to read at most, by the header Link (RFC 8288); each has to be a list, and one is made of them.",
      ),
  }),
  output: Answer.extend({
    next: z.string().nullable().describe("The address of the page that follows, as it was given."),
  }),
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: { input: { ...USUAL, pages: 1 }, output: { ...SAMPLE, next: null } },
  *perform({ pages, ...given }) {
    const call = callOf("GET", given);
    const first = answerOf(yield call);
    const items = pages > 1 && Array.isArray(first.body) ? [...first.body] : null;
    let next = nextLink(first.headers["link"]);
    if (items === null) return { ...first, next };
    for (let read = 1; read < pages && next !== null; read += 1) {
      const page: z.output<typeof Answer> = answerOf(yield { ...call, ...placeOf(call, next) });
      if (!Array.isArray(page.body)) throw new ProviderError({ kind: "unreadable", message: "a page is no list" });
      items.push(...page.body);
      const link = nextLink(page.headers["link"]);
      if (link === next) throw new ProviderError({ kind: "unreadable", message: "the next page is the same page" });
      next = link;
    }
    return { ...first, body: items, next };
  },
});

function placeOf(call: ConnectorCall, link: string): Pick<ConnectorCall, "url" | "query"> {
  if (link.startsWith("?")) return { url: call.url, query: queryOf(link) };
  const url = URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ProviderError({
      kind: "rejected",
      message: "the next page is linked by a path, which can't be followed: ask for it by itself",
    });
  return { url: url.origin + url.pathname, query: queryOf(url.search) };
}

function queryOf(search: string): Record<string, readonly string[]> {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name)]));
}

const head = defineAction({
  title: "Look (HEAD)",
  summary: "Reads the headers of what is at a path.",
  class: "read",
  input: z.strictObject(request),
  output: Answer,
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: { input: USUAL, output: { ...SAMPLE, body: null } },
  *perform(given) {
    return answerOf(yield callOf("HEAD", given));
  },
});

/** `destination`: in a run that has read what others wrote, the path is to be literal, or meet a condition of the grant. */
function writing(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  words: Pick<Action, "title" | "summary" | "class" | "repeat">,
): Action {
  return defineAction({
    ...words,
    input: z.strictObject({ ...request, ...body }),
    output: Answer,
    scopes: [],
    destination: ["path"],
    sample: { input: { ...USUAL, body: { state: "paid" }, as: "json" }, output: SAMPLE },
    *perform(given: Request): Calls<z.output<typeof Answer>> {
      return answerOf(yield callOf(method, given));
    },
  });
}

export const httpActions = {
  get,
  head,
  post: writing("POST", {
    title: "Send (POST)",
    summary: "Sends something to a path; whether it may be sent again nobody knows.",
    class: "write",
    repeat: "never",
  }),
  put: writing("PUT", {
    title: "Put (PUT)",
    summary: "Puts something at a path, in the place of what is there.",
    class: "write",
    repeat: "safe",
  }),
  patch: writing("PATCH", {
    title: "Change (PATCH)",
    summary: "Changes what is at a path.",
    class: "write",
    repeat: "never",
  }),
  delete: writing("DELETE", {
    title: "Delete (DELETE)",
    summary: "Deletes what is at a path.",
    class: "delete",
    repeat: "safe",
  }),
};
