/**
 * `GET /oauth/callback`: where providers send people back to, with what they said in the address.
 *
 * The session's cookie is strict: what comes from another site comes without it. So the first answer is a page of our own
 * that goes to the same address once more, and then the browser says who is there.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  type CameBack,
  type ConsentProblem,
  findConsent,
  finishConsent,
  isBegunBy,
} from "../connections/finish-consent.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Authenticate, Caller } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import type { HttpParts } from "./http-parts.ts";
import { PAGE_HEADERS } from "./security-headers.ts";

const PATH = "/oauth/callback";
/** What a provider may say; more is not ours to read. */
const NAMES = ["state", "code", "error", "iss"] as const;
const CHARACTERS_MAX = 4096;

type Given = Readonly<Partial<Record<(typeof NAMES)[number] | "here", string>>>;

export function registerOAuthCallback(app: FastifyInstance, parts: HttpParts, authenticate: Authenticate): void {
  // HEAD is not served, so that what looks at a link without opening it doesn't use it up.
  app.route({
    method: "GET",
    url: PATH,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const given = read(request);
      // Whoever the page leads on to is not told what the provider said.
      reply.headers(PAGE_HEADERS).header("cache-control", "no-store").header("referrer-policy", "no-referrer");
      if (given.here === undefined && isFromElsewhere(request))
        return await reply.type("text/html; charset=utf-8").send(AGAIN.replace("{url}", escape(again(given))));
      return await reply.redirect(await finish(parts, authenticate, request, given), 303);
    },
  });
}

function read({ query }: FastifyRequest): Given {
  const given = typeof query === "object" && query !== null ? query : {};
  const texts = [...NAMES, "here" as const].flatMap((name) => {
    const value: unknown = Object.hasOwn(given, name) ? Object.getOwnPropertyDescriptor(given, name)?.value : undefined;
    return typeof value === "string" && value.length <= CHARACTERS_MAX ? [[name, value] as const] : [];
  });
  return Object.fromEntries(texts);
}

function isFromElsewhere({ headers }: FastifyRequest): boolean {
  return headers.cookie === undefined || (headers["sec-fetch-site"] ?? "cross-site") !== "same-origin";
}

function again(given: Given): string {
  return `${PATH}?${new URLSearchParams({ ...given, here: "1" }).toString()}`;
}

const AGAIN = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0;url={url}">
<link rel="icon" href="/icon.svg">
<title>Back to Steward</title>
<p><a href="{url}">Go on</a></p>
</html>
`;

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}

/** Where the person goes on: to the connection, with what went wrong, as the page says it in words. */
async function finish(
  parts: HttpParts,
  authenticate: Authenticate,
  request: FastifyRequest,
  given: Given,
): Promise<string> {
  const { state = null, code = null, error = null, iss = null } = given;
  const back: CameBack = { state, code, error, issuer: iss };
  const found = await findConsent(parts, back);
  if (found === null) return pageOf({ problem: "state_invalid" });
  const caller = await callerOf(authenticate, request);
  // Nothing of the project is told to who isn't known to be in it.
  if (caller === null) return pageOf({ problem: "not_signed_in" });
  if (!(await isBegunBy(parts, found, caller))) return pageOf({ problem: "other_session" });
  const project = showId("prj", found.scope.project);
  const open = found.row.slug;
  if (!(await mayConnect(parts, caller, project))) return pageOf({ problem: "not_allowed" });
  const problem = await finishConsent(parts, found, back);
  return pageOf(problem === null ? { project, open, connected: "1" } : { project, open, problem });
}

type Person = Extract<Caller, { readonly kind: "session" }>;

async function callerOf(authenticate: Authenticate, { method, headers }: FastifyRequest): Promise<Person | null> {
  if (headers.cookie === undefined) return null;
  try {
    // Without an Authorization: only a browser's session is a person who is there now.
    const caller = await authenticate({ method, headers: { ...headers, authorization: undefined } });
    return caller.kind === "session" && !caller.deleted ? caller : null;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Whether they may still connect: what they might when they began may be over. */
async function mayConnect(parts: HttpParts, caller: Person, project: string): Promise<boolean> {
  try {
    const access = { in: "project", needs: "connection.write" } as const;
    await authorize(parts, caller, access, { route: "createConnection", organization: undefined, project });
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function pageOf(search: { readonly problem?: ConsentProblem } & Readonly<Record<string, string>>): string {
  return `/connections?${new URLSearchParams(search).toString()}`;
}
