/** A script in a process of its own: it says hello when it is ready, then answers one question at a time. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export interface Child {
  readonly pid: number;
  /** What the script said when it was ready. */
  readonly hello: unknown;
  /** The script's answer; one question at a time. Throws when it fails or ends. */
  ask(question: object): Promise<unknown>;
  /** Asks it to end, and ends it after 20 s. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Flags of Node, as `--cpu-prof`. */
  readonly flags?: readonly string[];
}

const STOP_MS_MAX = 20_000;
const ANSWER_MS_MAX = 300_000;

/** Starts a script of this folder. Nothing of this process's own environment reaches it but PATH and where temporary files lie. */
export async function startChild(script: string, options: ChildOptions = {}): Promise<Child> {
  const { PATH = "", TMPDIR = "" } = process.env;
  const child = fork(path.join(import.meta.dirname, script), {
    env: { PATH, ...(TMPDIR === "" ? {} : { TMPDIR }), ...options.env },
    execArgv: ["--disable-warning=ExperimentalWarning", ...(options.flags ?? [])],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const hello = await nextMessage(child, script);
  return {
    pid: child.pid ?? 0,
    hello,
    async ask(question) {
      const answer = nextMessage(child, script);
      child.send(question);
      return await answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
      await gone;
      clearTimeout(timer);
    },
  };
}

function nextMessage(child: ChildProcess, script: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(new Error(`${script} did not answer`))), ANSWER_MS_MAX);
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      child.off("message", onMessage).off("exit", onExit);
      end();
    };
    const onMessage = (message: unknown): void => finish(() => resolve(message));
    const onExit = (): void => finish(() => reject(new Error(`${script} ended`)));
    child.on("message", onMessage).on("exit", onExit);
  });
}
