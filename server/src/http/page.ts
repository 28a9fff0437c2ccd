/** Steward's page and the way into it. Its files hold nothing of anybody; what they show comes from the API. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import { findStandingKey } from "../store/access.ts";
import { refuseOtherSites } from "./authenticate.ts";
import type { Entry, EntryLinks } from "./entry-links.ts";
import type { HttpParts } from "./http-parts.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { findPerson } from "./session-key.ts";
import { PAGE_HEADERS } from "./security-headers.ts";

/** Never the page, whatever the caller accepts. */
const NOT_THE_PAGE = /^\/(?:v1|webhooks|healthz|readyz|enter|oauth|assets)(?:\/|$)/;

/** The page's file for a request that no route took, or null: another path in a browser's address bar is the page too. */
export function pageFileFor(
  files: PageFiles,
  method: string,
  path: string,
  accept: string | undefined,
): PageFile | null {
  if (method !== "GET" && method !== "HEAD") return null;
  const file = path === "/" ? files.index : files.byPath.get(path);
  if (file) return file;
  if (NOT_THE_PAGE.test(path) || !accept?.includes("text/html")) return null;
  if (!files.index) throw new AppError("unavailable", "The page is not built here: `npm start` builds it.");
  return files.index;
}

export async function sendPageFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: PageFile,
): Promise<FastifyReply> {
  const { headers } = request;
  reply.headers({
    ...PAGE_HEADERS,
    etag: file.etag,
    vary: "accept-encoding",
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (headers["if-none-match"] === file.etag) return await reply.code(304).send();
  const zipped = file.gzipped !== null && /\bgzip\b/.test(headers["accept-encoding"] ?? "");
  const body = zipped ? file.gzipped : file.body;
  if (zipped) reply.header("content-encoding", "gzip");
  reply.code(200).header("content-type", file.type);
  if (request.method === "HEAD") return await reply.header("content-length", body.length).send();
  return await reply.send(body);
}

type EntryParts = Pick<HttpParts, "identity" | "dispatch" | "clock">;

const ENTER_BYTES_MAX = 1024;

/**
 * `GET /enter?token=`: begins a session and goes on to the page, which says how to get in when the token was no good.
 * Whoever comes from another site, or is signed in as somebody else, is asked first, by a form that posts the token: else
 * anybody's link or page could make them work in another's account. HEAD is not served, so that what looks at a link
 * without opening it doesn't use it up.
 */
export function registerEntry(app: FastifyInstance, parts: EntryParts, links: EntryLinks): void {
  app.get("/enter", async (request, reply) => {
    const { query } = request;
    const token = typeof query === "object" && query !== null && "token" in query ? query.token : null;
    reply.headers(PAGE_HEADERS).header("cache-control", "no-store");
    if (typeof token !== "string") return await reply.redirect("/", 303);
    const entry = links.look(token);
    if (entry === null || !(await mustAsk(parts, entry, request)))
      return await enter(parts, links, token, request, reply);
    // The token is one of ours: letters, digits, `-` and `_`. The form's origin must show (`refuseOtherSites`).
    reply.header("referrer-policy", "same-origin").type("text/html; charset=utf-8");
    return await reply.send(ASKING.replace("{token}", token));
  });
  app.post("/enter", { bodyLimit: ENTER_BYTES_MAX }, async (request, reply) => {
    refuseOtherSites(request);
    const token = Buffer.isBuffer(request.body) ? new URLSearchParams(request.body.toString()).get("token") : null;
    reply.headers(PAGE_HEADERS).header("cache-control", "no-store");
    return await enter(parts, links, token ?? "", request, reply);
  });
}

const ASKING = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to Steward</title>
<h1>Sign in with this link?</h1>
<p>It was opened from another site, or you are signed in here as somebody else. Go on only if you asked for it: you will work in the account that it is for.</p>
<form method="post" action="/enter"><input type="hidden" name="token" value="{token}"><button>Sign in</button></form>
<p><a href="/">Do not sign in</a></p>
</html>
`;

async function mustAsk(parts: EntryParts, entry: Entry, { headers }: FastifyRequest): Promise<boolean> {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "none" && site !== "same-origin") return true;
  const person = headers.cookie === undefined ? null : await findPerson(parts, headers.cookie);
  return person !== null && person.account !== entry.account;
}

async function enter(
  { identity, dispatch, clock }: EntryParts,
  links: EntryLinks,
  token: string,
  { ip: address, headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const entry = links.redeem(token);
  const key = entry?.key ?? null;
  if (entry && identity && (key === null || (await findStandingKey(dispatch, key, clock.nowMs())) !== null)) {
    const origin = { address, userAgent: headers["user-agent"] ?? null };
    try {
      reply.header("set-cookie", await identity.beginSession(entry.account, origin, { key }));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "sign_on_required") throw error;
      return await reply.redirect("/sign-in?error=sign_on&reason=sign_on_required", 303);
    }
  }
  return await reply.redirect("/", 303);
}
