/** Steward's page and the way into it. Its files hold nothing of anybody; what they show comes from the API. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import { insertBrowserSession } from "../store/browser-sessions.ts";
import { sha256 } from "./authenticate.ts";
import type { EntryLinks } from "./entry-links.ts";
import type { HttpParts } from "./http-parts.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { PAGE_HEADERS } from "./security-headers.ts";
import { SESSION_MS, setCookie } from "./session-cookie.ts";

const TOKEN_BYTES = 32;
/** Never the page, whatever the caller accepts. */
const NOT_THE_PAGE = /^\/(?:v1|webhooks|healthz|readyz|enter|assets)(?:\/|$)/;

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

/**
 * `GET /enter?token=`: begins a session and goes on to the page, which says how to get in when the token was no good.
 * HEAD is not served, so that what looks at a link without opening it doesn't use it up.
 */
export function registerEntry(
  app: FastifyInstance,
  parts: HttpParts,
  links: EntryLinks,
  isSecure: (request: FastifyRequest) => boolean,
): void {
  app.get("/enter", async (request, reply) => {
    const { query } = request;
    const token = typeof query === "object" && query !== null && "token" in query ? query.token : null;
    const entry = typeof token === "string" ? links.redeem(token) : null;
    reply.headers(PAGE_HEADERS).header("cache-control", "no-store");
    if (entry) {
      const session = parts.ids.bytes(TOKEN_BYTES).toString("base64url");
      const now = parts.clock.nowMs();
      await insertBrowserSession(
        parts.database,
        { ...entry.scope, hash: sha256(session), member: entry.member, expiresAt: now + SESSION_MS },
        now,
      );
      reply.header("set-cookie", setCookie(session, isSecure(request)));
    }
    return await reply.redirect("/", 303);
  });
}
