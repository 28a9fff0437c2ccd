/** Keeps a server and a worker running on one home however often they are killed, as an operator's supervisor would. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Exit, Role, StewardHome, StewardProcess } from "./steward-home.ts";

export interface Keeper {
  /** Kills the process with -9; the next one begins at once. Gives false when none was running. */
  kill(role: Role): Promise<boolean>;
  /** Settles when the server that runs now, or the next one, is ready. */
  ready(): Promise<void>;
  /** Ends of servers that nobody had killed. */
  readonly surprises: readonly string[];
  readonly starts: Readonly<Record<Role, number>>;
  /** Starts nothing more; what runs goes on. */
  release(): Promise<void>;
}

const AGAIN_MS = 100;
const READY_MS_MAX = 60_000;

export function keep(home: StewardHome, roles: readonly Role[], env: Readonly<Record<string, string>> = {}): Keeper {
  const current = new Map<Role, StewardProcess>();
  const killed = new Set<StewardProcess>();
  const surprises: string[] = [];
  const starts = { up: 0, worker: 0 };
  const over = new AbortController();

  const serverReady = async (): Promise<void> => {
    for (let waited = 0; waited < READY_MS_MAX; waited += AGAIN_MS) {
      const server = current.get("up");
      if (server && (await server.ready.then(() => true).catch(() => false))) return;
      await sleep(AGAIN_MS);
    }
    throw new Error(`no server was ready within ${READY_MS_MAX / 1000} s: ${surprises.join("\n")}`);
  };
  const note = (one: StewardProcess, { code, signal }: Exit): void => {
    if (one.role === "worker" || killed.has(one) || over.signal.aborted) return;
    surprises.push(`server ${one.pid} ended by itself (${signal ?? code}): ${one.lines.slice(-20).join("\n")}`);
  };
  const loop = async (role: Role): Promise<void> => {
    while (!over.signal.aborted) {
      if (role === "worker") await serverReady();
      if (over.signal.aborted) return;
      const one = home.start(role, env);
      starts[role]++;
      current.set(role, one);
      const exit = await one.exited;
      current.delete(role);
      note(one, exit);
      if (!killed.has(one)) await sleep(AGAIN_MS);
    }
  };
  const loops = roles.map((role) => loop(role).catch((error: unknown) => void surprises.push(String(error))));
  return {
    surprises,
    starts,
    ready: serverReady,
    async kill(role) {
      const one = current.get(role);
      if (!one) return false;
      killed.add(one);
      await one.kill("SIGKILL");
      return true;
    },
    async release() {
      over.abort();
      await Promise.race([Promise.all(loops), sleep(AGAIN_MS)]);
    },
  };
}
