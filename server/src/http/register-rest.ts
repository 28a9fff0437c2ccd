import { type Route, routes } from "@steward/sdk";
import type { FastifyInstance } from "fastify";
import { AppError } from "../core/errors.ts";
import type { PageFiles } from "./page-files.ts";
import { pageFileFor, sendPageFile } from "./page.ts";

/** What no route takes: a file of the page, a method that the path doesn't have, or nothing. */
export function registerRest(app: FastifyInstance, files: PageFiles): void {
  const methodsAt = routeMethods();
  // Decided before the body is read: nobody wants it.
  app.addHook("onRequest", async (request) => {
    if (!request.is404) return;
    const path = pathOf(request.url);
    if (pageFileFor(files, request.method, path, request.headers.accept)) return;
    const allow = methodsAt(path);
    if (allow.length === 0) throw new AppError("not_found", "Nothing is served at this address.");
    throw new AppError("method_not_allowed", `${request.method} is not served here, but ${allow.join(", ")}.`, {
      allow,
    });
  });
  app.setNotFoundHandler(async (request, reply) => {
    const file = pageFileFor(files, request.method, pathOf(request.url), request.headers.accept);
    if (!file) throw new AppError("not_found", "Nothing is served at this address.");
    return await sendPageFile(request, reply, file);
  });
}

function pathOf(url: string): string {
  return url.split("?", 1)[0]!;
}

/** The methods of the table's routes at a path. */
function routeMethods(): (path: string) => readonly string[] {
  const patterns = Object.values<Route>(routes).map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/[.]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+")}$`),
  }));
  return (path) => patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
}
