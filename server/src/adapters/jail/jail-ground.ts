/** What every jail of the process stands on: the programs, where the jail can read them, and a folder for sockets. */
import { constants, existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { messageOf } from "../../core/thrown.ts";
import { BUBBLEWRAP, JAIL_UID, PRLIMIT } from "./bubblewrap-arguments.ts";
import { seccompProgram } from "./seccomp.ts";

export interface JailGround {
  readonly folder: string;
  /** bubblewrap's arguments for what of the system is there to read. */
  readonly system: readonly string[];
  readonly node: string;
  /** The folder of the programs that wait for a job. */
  readonly inside: string;
  /** The filter on system calls. */
  readonly filter: string;
  /** Null: the user that runs Steward, who is not root. */
  readonly uid: number | null;
}

const INSIDE = {
  "run-node.mjs": new URL("./inside/run-node.mjs", import.meta.url),
  "run_python.py": new URL("./inside/run_python.py", import.meta.url),
} as const;
const PREFIX = "steward-jail";

/** The ground, or why there is none: a sentence for the operator. */
export async function openGround(): Promise<JailGround | { readonly problem: string }> {
  const missing = whatIsMissing();
  if (missing !== null) return { problem: missing };
  let folder: string | null = null;
  try {
    await sweep();
    folder = await mkdtemp(path.join(tmpdir(), `${await ownName()}-`));
    await chmod(folder, 0o711);
    return await fill(folder);
  } catch (error) {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
    return { problem: `The jail can't be set up: ${messageOf(error)}.` };
  }
}

function whatIsMissing(): string | null {
  if (process.platform !== "linux") return "The jail needs Linux; this machine has none.";
  if (!existsSync(BUBBLEWRAP)) return "The jail needs bubblewrap. On Debian: apt-get install bubblewrap.";
  if (!existsSync(PRLIMIT)) return "The jail needs prlimit of util-linux.";
  if (seccompProgram(process.arch) === null) return `The jail is not made for processors of the kind ${process.arch}.`;
  if (!existsSync(`/proc/${process.pid}/task/${process.pid}/children`))
    return "The jail needs a kernel that lists the children of a process (CONFIG_PROC_CHILDREN).";
  return null;
}

async function fill(folder: string): Promise<JailGround> {
  const root = process.getuid?.() === 0;
  const inside = path.join(folder, "inside");
  await mkdir(inside);
  for (const [name, from] of Object.entries(INSIDE)) {
    await copyFile(from, path.join(inside, name));
    await chmod(path.join(inside, name), 0o644);
  }
  await chmod(inside, 0o755);
  const filter = path.join(folder, "filter");
  await writeFile(filter, seccompProgram(process.arch) ?? "", { mode: 0o600 });
  const node = root ? await reachableNode(folder) : process.execPath;
  return { folder, system: await systemArguments(), node, inside, filter, uid: root ? JAIL_UID : null };
}

/** Node where the jail's user can read it: a second name of the same file if the file system allows, else a copy. */
async function reachableNode(folder: string): Promise<string> {
  const node = path.join(folder, "node");
  const { mode } = await stat(process.execPath);
  const open = (mode & 0o005) === 0o005;
  const linked =
    open &&
    (await link(process.execPath, node).then(
      () => true,
      () => false,
    ));
  if (linked) return node;
  await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
  await chmod(node, 0o755);
  return node;
}

/** `/usr`, the names that point into it, and of `/etc` what programs can't do without: certificates and alternatives. */
async function systemArguments(): Promise<readonly string[]> {
  const list = ["--ro-bind", "/usr", "/usr"];
  for (const name of ["lib", "lib64", "bin", "sbin"]) {
    const found = await lstat(`/${name}`).catch(() => null);
    if (found?.isSymbolicLink()) list.push("--symlink", await readlink(`/${name}`), `/${name}`);
    else if (found) list.push("--ro-bind", `/${name}`, `/${name}`);
  }
  for (const name of ["alternatives", "ssl/certs", "ld.so.cache"]) {
    if (existsSync(`/etc/${name}`)) list.push("--ro-bind", `/etc/${name}`, `/etc/${name}`);
  }
  return list;
}

/** How processes of a jail are started: as its user, with nothing of ours in the environment. */
export function asJailUser({ uid }: JailGround): {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly uid?: number;
  readonly gid?: number;
} {
  const plain = { cwd: "/", env: { PATH: "/usr/bin:/bin" } };
  return uid === null ? plain : { ...plain, uid, gid: uid };
}

/** Removes what a process that was killed has left. */
async function sweep(): Promise<void> {
  const own = (await ownName()).replace(/\d+$/, "");
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(own)) continue;
    const pid = /^(\d+)-/.exec(name.slice(own.length))?.[1];
    const folder = path.join(tmpdir(), name);
    const { uid } = await lstat(folder);
    if (pid === undefined || uid !== process.getuid?.() || existsSync(`/proc/${pid}`)) continue;
    await endLeftovers(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** A server that was killed at the very moment when a jail began may have left its first process waiting for ever. */
async function endLeftovers(folder: string): Promise<void> {
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, "latin1").catch(() => "");
    if (!line.startsWith(`${BUBBLEWRAP}\0`) || !line.includes(`\0${folder}/net-`)) continue;
    try {
      process.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended, or is somebody else's.
    }
  }
}

/** Names the process among all that share the folder of temporary files: containers may, and then their pids say nothing. */
async function ownName(): Promise<string> {
  const namespace = /\d+/.exec(await readlink("/proc/self/ns/pid"))?.[0] ?? "0";
  return `${PREFIX}-${namespace}-${process.pid}`;
}
