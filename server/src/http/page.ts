/** Steward's page and the way into it. Its files hold nothing of anybody; what they show comes from the API. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import type { EntryLinks } from "./entry-links.ts";
import type { HttpParts } from "./http-parts.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { PAGE_HEADERS } from "./security-headers.ts";

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
export function registerEntry(app: FastifyInstance, parts: Pick<HttpParts, "identity">, links: EntryLinks): void {
  app.get("/enter", async (request, reply) => {
    const { query } = request;
    const token = typeof query === "object" && query !== null && "token" in query ? query.token : null;
    const entry = typeof token === "string" ? links.redeem(token) : null;
    reply.headers(PAGE_HEADERS).header("cache-control", "no-store");
    if (entry && parts.identity) {
      const origin = { address: request.ip, userAgent: request.headers["user-agent"] ?? null };
      reply.header("set-cookie", await parts.identity.beginSession(entry.account, origin));
    }
    return await reply.redirect("/", 303);
  });
}
