/** `/v1/auth/…`: how people prove who they are. Its paths and bodies are the identity port's to check, its refusals are problems as all others. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { AppError } from "../core/errors.ts";
import type { HttpParts } from "./http-parts.ts";
import { findPerson } from "./session-key.ts";

const PATH = "/v1/auth/*";
const BODY_BYTES_MAX = 65_536;

type AuthParts = Pick<HttpParts, "identity" | "dispatch" | "clock" | "publicUrl">;

export function registerAuth(app: FastifyInstance, parts: AuthParts): void {
  app.route({
    method: ["GET", "POST"],
    url: PATH,
    bodyLimit: BODY_BYTES_MAX,
    handler: async (request, reply) => {
      const origin = { address: request.ip, userAgent: request.headers["user-agent"] ?? null };
      if (request.headers.cookie !== undefined) await findPerson(parts, request.headers.cookie);
      const sent = requestOf(parts.publicUrl, request);
      const answer = (sent && (await parts.identity?.handle(sent, origin))) ?? null;
      if (answer === null) throw new AppError("not_found", "Nothing is served at this address.");
      reply.code(answer.status);
      for (const [name, value] of answer.headers) if (name !== "set-cookie") reply.header(name, value);
      const cookies = answer.headers.getSetCookie();
      if (cookies.length > 0) reply.header("set-cookie", cookies);
      return await reply.send(Buffer.from(await answer.arrayBuffer()));
    },
  });
}

/**
 * As the port takes it: under the address we are known by, whatever name the Host header gave. Null for a path that
 * would become another one on the way (dots, backslashes), since what limits and logs calls has seen the first.
 */
function requestOf(publicUrl: string, { method, url, headers, body }: FastifyRequest): Request | null {
  const { pathname } = new URL(`${publicUrl}${url}`);
  if (pathname !== url.split("?", 1)[0]) return null;
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === "string") sent.set(name, value);
  const content = Buffer.isBuffer(body) && method !== "GET" ? { body: new Uint8Array(body) } : {};
  return new Request(`${publicUrl}${url}`, { method, headers: sent, ...content });
}
