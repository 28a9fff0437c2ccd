import type { JailMount, JailRuntime } from "../../core/ports/jail.ts";
import type { JailGround } from "./jail-ground.ts";

export const BUBBLEWRAP = "/usr/bin/bwrap";
export const PRLIMIT = "/usr/bin/prlimit";
export const PYTHON = "/usr/bin/python3";

/** Address space: a fresh Node maps 1.2 GB, a fresh Python 20 MB. */
const ADDRESS_SPACE: Readonly<Record<JailRuntime, number>> = {
  node: 4_000_000_000,
  python: 536_870_912,
  shell: 4_000_000_000,
};
const FILE_BYTES_MAX = 67_108_864;
const FILES_MAX = 128;
/** Of each of `/tmp` and `/home`. */
const FOLDER_BYTES_MAX = 67_108_864;
const SHARED_BYTES_MAX = 16_777_216;
/** Processes and threads of one jail; Node has a dozen threads. Counted in the jail's own user namespace. */
const PROCESSES_MAX = 64;
/** Of one process, in seconds; the watch counts all of them together. */
const CPU_SECONDS_MAX = 600;
/** As nobody else on the machine: bubblewrap is started as this user where root starts it. */
export const JAIL_UID = 64_999;
/** Of the file descriptor that bubblewrap reads the filter from. */
export const FILTER_DESCRIPTOR = 4;
/** Where bubblewrap tells the number of the jail's first process. */
export const INFO_DESCRIPTOR = 5;

export interface JailPlan {
  readonly ground: JailGround;
  readonly runtime: JailRuntime;
  readonly mounts: readonly JailMount[];
  /** Where the gate's socket appears; the jail sees it as `/jail/net`. */
  readonly netFolder: string;
}

/** What `prlimit` is started with: limits, bubblewrap, the jail, and in it the program that waits for a job. No secret is in it. */
export function jailArguments({ ground, runtime, mounts, netFolder }: JailPlan): readonly string[] {
  const { system, node, inside } = ground;
  return [
    [
      `--as=${ADDRESS_SPACE[runtime]}`,
      `--fsize=${FILE_BYTES_MAX}`,
      `--nofile=${FILES_MAX}`,
      `--cpu=${CPU_SECONDS_MAX}`,
    ],
    ["--core=0", "--memlock=0", "--msgqueue=0", "--", BUBBLEWRAP],
    // Each by its name: --unshare-all would only try a user namespace, and then --disable-userns is refused.
    ["user", "ipc", "pid", "net", "uts", "cgroup-try"].map((name) => `--unshare-${name}`),
    ["--disable-userns", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"],
    ["--hostname", "jail", "--uid", "65534", "--gid", "65534"],
    system,
    ["--proc", "/proc", "--dev", "/dev"],
    ["--size", String(SHARED_BYTES_MAX), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"],
    ["--size", String(FOLDER_BYTES_MAX), "--tmpfs", "/tmp"],
    ["--size", String(FOLDER_BYTES_MAX), "--tmpfs", "/home"],
    ["--ro-bind", node, "/jail/node", "--ro-bind", inside, "/jail/inside", "--ro-bind", netFolder, "/jail/net"],
    mounts.flatMap(({ from, name, writable }) => [writable ? "--bind" : "--ro-bind", from, `/work/${name}`]),
    ["--remount-ro", "/", "--chdir", "/home"],
    ENVIRONMENT.flatMap(([name, value]) => ["--setenv", name, value]),
    ["--seccomp", String(FILTER_DESCRIPTOR), "--info-fd", String(INFO_DESCRIPTOR), "--"],
    // Only here, so that it counts what is in this jail and not what else its user runs.
    [PRLIMIT, `--nproc=${PROCESSES_MAX}`, "--"],
    PROGRAMS[runtime],
  ].flat();
}

const RUN_NODE = [
  "/jail/node",
  "--max-old-space-size=384",
  "--disable-wasm-trap-handler",
  "--disable-warning=ExperimentalWarning",
  "/jail/inside/run-node.mjs",
];

const PROGRAMS: Readonly<Record<JailRuntime, readonly string[]>> = {
  node: RUN_NODE,
  python: [PYTHON, "-I", "-B", "-u", "/jail/inside/run_python.py"],
  shell: RUN_NODE,
};

const PROXY = "http://127.0.0.1:3128";
const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["PATH", "/usr/bin:/bin"],
  ["HOME", "/home"],
  ["LANG", "C.UTF-8"],
  ["TMPDIR", "/tmp"],
  ["NODE_USE_ENV_PROXY", "1"],
  ["HTTP_PROXY", PROXY],
  ["HTTPS_PROXY", PROXY],
  ["https_proxy", PROXY],
  ["http_proxy", PROXY],
];
