import { createServer } from "node:net";
import { AppError } from "../../core/errors.ts";
import { codeOf } from "../../core/thrown.ts";

/**
 * Throws `start_refused` when something listens at the port already: asked before anything is made, so that a second
 * start makes no home. 0 is always free. Another may still take it before it is listened at.
 */
export async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe
        .once("error", reject)
        .listen({ host: host === "localhost" ? "127.0.0.1" : host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw error;
    throw new AppError("start_refused", `Port ${port} of ${host} is taken: set STEWARD_PORT to another.`);
  }
  await new Promise<void>((resolve) => void probe.close(() => resolve()));
}
