import type { FastifyInstance } from "fastify";
import { AppError } from "../core/errors.ts";
import type { HttpParts } from "./http-parts.ts";

type HealthParts = Pick<HttpParts, "readiness" | "readinessFacts" | "clock">;

/** A check that takes longer does not hold. */
const CHECK_MS_MAX = 2000;

/** Whether each part this process needs is there, and so whether it can be sent work. */
async function readiness(
  parts: Pick<HttpParts, "readiness" | "clock">,
): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, boolean>> }> {
  const checks = await Promise.all(
    Object.entries(parts.readiness).map(async ([name, check]) => [name, await holds(parts, check)] as const),
  );
  return { ready: checks.every(([, held]) => held), checks: Object.fromEntries(checks) };
}

function holds({ clock }: Pick<HttpParts, "clock">, check: () => boolean | Promise<boolean>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(CHECK_MS_MAX, () => resolve(false));
    const settle = (held: boolean): void => {
      cancel();
      resolve(held);
    };
    (async () => await check())().then(settle, () => settle(false));
  });
}

/** `GET /healthz`: the process answers. `GET /readyz`: it can be sent work; else `unavailable` with what is missing. */
export function registerHealth(app: FastifyInstance, parts: HealthParts): void {
  app.get("/healthz", { exposeHeadRoute: true }, async () => ({ status: "ok" }));
  app.get("/readyz", { exposeHeadRoute: true }, async () => {
    const { ready, checks } = await readiness(parts);
    if (!ready) throw new AppError("unavailable", "Steward is not ready for work.", { checks });
    return { status: "ready", checks, ...(parts.readinessFacts ? { facts: parts.readinessFacts() } : {}) };
  });
}
