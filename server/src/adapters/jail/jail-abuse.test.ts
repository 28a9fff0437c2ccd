import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { HAS_JAIL, job, MEGABYTE, openJail, printedBy, processesWith, resultOf } from "./jail.testsuite.ts";

describe.skipIf(!HAS_JAIL)("what a jailed program tries", () => {
  process.env["STEWARD_TEST_SECRET"] = "host-secret";
  const jail = openJail();
  afterAll(() => jail.close());

  const python = async (body: string, change: Parameters<typeof job>[2] = {}): Promise<unknown> =>
    resultOf(await jail.run(job("python", body, change)));

  /** Of each attempt, as the body of a function: the name of the error, or what came of it. */
  const attempts = (...bodies: readonly string[]): string =>
    [
      "import os, socket, ctypes, resource, mmap, glob",
      "def attempt(body):\n  try:\n    scope = dict(globals())\n    exec(body, scope)\n    return scope.get('r', 'done')",
      "  except BaseException as e:\n    return getattr(e, 'strerror', None) or type(e).__name__",
      `def main(a):\n  return [attempt(body) for body in ${JSON.stringify(bodies)}]`,
    ].join("\n");

  test("files of the host are not there", async () => {
    const secret = path.join(tmpdir(), `steward-host-file-${process.pid}`);
    await writeFile(secret, "host-secret");
    const found = await python(
      attempts(
        "open('/etc/passwd').read()",
        "open('/etc/shadow').read()",
        "os.listdir('/root')",
        `open(${JSON.stringify(secret)}).read()`,
        `os.listdir(${JSON.stringify(import.meta.dirname)})`,
        "r = sorted(os.listdir('/home') + os.listdir('/tmp'))",
        "r = sorted(set(os.listdir('/')) - set(['lib32', 'libx32', 'lib64']))",
        "r = sorted(os.listdir('/etc'))",
        "open('/proc/1/root/etc/passwd').read()",
        "os.listdir('/proc/1/cwd/root')",
      ),
    );
    await rm(secret);
    const none = "No such file or directory";
    expect(found).toEqual([
      none,
      none,
      none,
      none,
      none,
      [],
      ["bin", "dev", "etc", "home", "jail", "lib", "proc", "sbin", "tmp", "usr"],
      ["alternatives", "ld.so.cache", "ssl"],
      expect.stringMatching(/denied|No such/),
      expect.stringMatching(/denied|No such/),
    ]);
  });

  test("the environment of the host is not there, nor a secret in any command line", async () => {
    const environments = "cat /proc/*/environ /proc/*/cmdline | tr '\\0' '\\n'";
    const printed = printedBy(await jail.run(job("shell", environments, { input: "job-input" })));
    expect(printed).toContain("HOME=/home");
    expect(printed).not.toMatch(/host-secret|STEWARD|job-input/);
    const names = await python("import os\ndef main(a):\n  return sorted(os.environ)");
    expect(names).toEqual([
      "HOME",
      "HTTPS_PROXY",
      "HTTP_PROXY",
      "LANG",
      "NODE_USE_ENV_PROXY",
      "PATH",
      "PWD",
      "TMPDIR",
      "http_proxy",
      "https_proxy",
    ]);
  });

  test("the system is read-only", async () => {
    const folders = [
      "/",
      "/usr",
      "/usr/bin",
      "/etc",
      "/dev",
      "/jail",
      "/jail/inside",
      "/jail/net",
      "/proc",
      "/proc/sys/kernel",
    ];
    const found = await python(attempts(...folders.map((folder) => `open('${folder}/x', 'w')`)));
    expect(found).toEqual(folders.map(() => expect.stringMatching(/Read-only|denied|No such file/)));
  });

  test("other processes can't be seen, signalled or traced", async () => {
    const marker = `9${process.pid}.25`;
    const other = new AbortController();
    const sleeping = jail.run(job("shell", `sleep ${marker}`, { signal: other.signal }));
    await expect.poll(() => processesWith(`sleep ${marker}`).length).toBeGreaterThan(0);
    const found = await python(
      attempts(
        "r = [p for p in os.listdir('/proc') if p.isdigit()]",
        `r = [f for f in glob.glob('/proc/[0-9]*/cmdline') if b'${marker}' in open(f, 'rb').read()]`,
        `os.kill(${process.pid}, 9)`,
        "c = ctypes.CDLL(None, use_errno=True); c.ptrace(0, 0, 0, 0); r = os.strerror(ctypes.get_errno())",
        "c = ctypes.CDLL(None, use_errno=True); c.ptrace(16, 1, 0, 0); r = os.strerror(ctypes.get_errno())",
        "c = ctypes.CDLL(None, use_errno=True); c.process_vm_readv(1, 0, 0, 0, 0, 0); r = os.strerror(ctypes.get_errno())",
      ),
    );
    expect(found).toEqual([
      expect.toSatisfy((pids: readonly string[]) => pids.length <= 3),
      [],
      "No such process",
      "Operation not permitted",
      "Operation not permitted",
      "Operation not permitted",
    ]);
    expect(await jail.run(job("shell", "kill -9 -1; kill -9 1; kill -9 $PPID; echo alive"))).toMatchObject({
      ok: false,
    });
    expect(processesWith(`sleep ${marker}`).length).toBeGreaterThan(0);
    other.abort();
    expect(await sleeping).toMatchObject({ reason: "cancelled" });
    expect(processesWith(`sleep ${marker}`)).toEqual([]);
  });

  test("there is no network: no metadata address, no name server, no raw socket, no other family", async () => {
    const to = (address: string): string => `socket.create_connection(${address}, timeout=2)`;
    const kind = (...names: readonly string[]): string =>
      `socket.socket(${names.map((name) => `socket.${name}`).join()})`;
    const found = await python(
      attempts(
        to("('169.254.169.254', 80)"),
        to("('93.184.215.14', 443)"),
        to("('127.0.0.1', 22)"),
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('2001:4860:4860::8888', 53))",
        "try:\n  socket.getaddrinfo('example.com', 443)\nexcept socket.gaierror: r = 'no name'",
        kind("AF_INET", "SOCK_RAW", "IPPROTO_ICMP"),
        kind("AF_PACKET", "SOCK_RAW"),
        kind("AF_NETLINK", "SOCK_RAW"),
        kind("AF_VSOCK", "SOCK_STREAM"),
        kind("AF_ALG", "SOCK_SEQPACKET"),
        "s = socket.socket(socket.AF_UNIX); s.connect('/jail/net/proxy.sock')",
        "s = socket.socket(socket.AF_UNIX); s.connect('\\0/tmp/.X11-unix/X0')",
      ),
    );
    const [unreachable, noFamily] = ["Network is unreachable", "Address family not supported by protocol"];
    expect(found).toEqual([
      unreachable,
      unreachable,
      "Connection refused",
      unreachable,
      expect.stringMatching(/unreachable|assign requested/),
      "no name",
      "Operation not permitted",
      noFamily,
      noFamily,
      noFamily,
      noFamily,
      "No such file or directory",
      "Connection refused",
    ]);
  });

  test("system calls that make namespaces or memory that nobody counts are closed", async () => {
    const call = (number: number, ...given: readonly (string | number)[]): string =>
      `c = ctypes.CDLL(None, use_errno=True); c.syscall(${[number, ...given].join()}); r = os.strerror(ctypes.get_errno())`;
    const x64 = process.arch === "x64";
    const found = await python(
      attempts(
        "c = ctypes.CDLL(None, use_errno=True); c.unshare(0x10000000); r = os.strerror(ctypes.get_errno())",
        call(x64 ? 56 : 220, "0x10000011", 0, 0, 0, 0),
        call(435, 0, 0),
        "os.memfd_create('x')",
        "c = ctypes.CDLL(None, use_errno=True); c.shmget(0, 1 << 20, 0o1600); r = os.strerror(ctypes.get_errno())",
        "c = ctypes.CDLL(None, use_errno=True); c.mount(b'x', b'/tmp', b'tmpfs', 0, 0); r = os.strerror(ctypes.get_errno())",
        call(425, 1, 0),
        call(x64 ? 321 : 280, 0, 0, 0),
        "resource.setrlimit(resource.RLIMIT_NPROC, (1000, 1000))",
        "open('/proc/sys/kernel/core_pattern', 'w')",
        "os.write(os.open('/proc/self/uid_map', os.O_WRONLY), b'0 0 1')",
      ),
    );
    const no = "Operation not permitted";
    expect(found).toEqual([
      no,
      no,
      "Function not implemented",
      no,
      no,
      no,
      no,
      no,
      "ValueError",
      expect.stringMatching(/Read-only|denied/),
      expect.stringMatching(/permitted|denied/),
    ]);
    expect(resultOf(await jail.run(job("shell", "unshare -U true")))).not.toMatchObject({ exitCode: 0 });
  });

  test("a fork bomb meets its limit, and its time", async () => {
    const count =
      "import os, time\ndef main(a):\n  n = 0\n  try:\n    while True:\n      if os.fork() == 0:\n        time.sleep(60)\n      n += 1\n  except OSError:\n    return n";
    expect(await python(count)).toSatisfy((made: number) => made > 30 && made < 64);
    const bomb = job("shell", "b() { b | b & }; b; sleep 60", { limits: { timeoutMs: 1_500 } });
    expect(await jail.run(bomb)).toMatchObject({ ok: false, reason: "timeout" });
    expect(await python("def main(a):\n  return 'well'")).toBe("well");
  });

  test("memory has a limit in one process, in many, and where it is shared", async () => {
    const limits = { memoryBytes: 200 * MEGABYTE };
    const buffers = "export default () => { const all = []; for (;;) all.push(Buffer.alloc(8e6, 1)) }";
    expect(await jail.run(job("node", buffers, { limits }))).toMatchObject({ ok: false, reason: "memory" });
    const heap = "export default () => { const all = []; for (;;) all.push({ a: [all.length] }) }";
    expect(await jail.run(job("node", heap))).toMatchObject({ ok: false, reason: "memory" });
    const bytes = "def main(a):\n  all = []\n  while True:\n    all.append(b'x' * 8_000_000)";
    expect(await jail.run(job("python", bytes, { limits }))).toMatchObject({ ok: false, reason: "memory" });
    const many =
      "import os, time\ndef main(a):\n  for i in range(8):\n    if os.fork() == 0:\n      x = b'x' * 60_000_000\n      time.sleep(60)\n  time.sleep(60)";
    expect(await jail.run(job("python", many, { limits }))).toMatchObject({ ok: false, reason: "memory" });
    const shared =
      "import mmap, time\ndef main(a):\n  m = mmap.mmap(-1, 400_000_000)\n  for i in range(40): m.write(b'x' * 10_000_000)\n  time.sleep(60)";
    expect(await jail.run(job("python", shared, { limits }))).toMatchObject({ ok: false, reason: "memory" });
  });

  test("disks are small and end with the jail", async () => {
    const fill = (folder: string): string =>
      `cd ${folder}; i=0; while head -c 30000000 /dev/zero > f$i 2>/dev/null; do i=$((i+1)); [ $i -gt 9 ] && break; done; du -sm ${folder} | cut -f1;`;
    const printed = printedBy(await jail.run(job("shell", ["/tmp", "/home", "/dev/shm"].map(fill).join(" "))));
    const sizes = printed.trim().split("\n").map(Number);
    expect(sizes).toHaveLength(3);
    for (const [index, most] of [64, 64, 16].entries()) expect(sizes[index]).toBeLessThanOrEqual(most);
    expect(printedBy(await jail.run(job("shell", "head -c 80000000 /dev/zero > /tmp/x; ls -s /tmp | wc -l")))).toBe(
      "2\n",
    );
  });

  test("ten gigabytes of output are cut, wherever they are written to", async () => {
    const ten = "head -c 10000000000 /dev/zero";
    const limits = { outputBytesMax: 20 * MEGABYTE };
    expect(resultOf(await jail.run(job("shell", ten, { limits })))).toMatchObject({ cut: true });
    const errors = "import os\ndef main(a):\n  while True: os.write(2, b'v' * 100_000)";
    expect(await jail.run(job("python", errors))).toMatchObject({ reason: "output_too_large" });
    const report = "import os\ndef main(a):\n  while True: os.write(3, b'v' * 100_000)";
    expect(await jail.run(job("python", report))).toMatchObject({ reason: "output_too_large" });
    const printing = "import fs from 'node:fs';\nexport default () => { for (;;) fs.writeSync(1, 'x'.repeat(1e5)) }";
    expect(await jail.run(job("node", printing))).toMatchObject({ reason: "output_too_large" });
    const returned = await jail.run(job("node", "export default () => 'x'.repeat(2e6)"));
    expect(returned).toMatchObject({ reason: "output_too_large" });
  });

  test("processor time counts over all its processes", async () => {
    const burn = "import os\ndef main(a):\n  os.fork(); os.fork()\n  while True: pass";
    const outcome = await jail.run(job("python", burn, { limits: { cpuMs: 600 } }));
    expect(outcome).toMatchObject({ reason: "timeout", message: expect.stringContaining("processor time") as string });
  });

  test("a symbolic link in a mounted folder leads nowhere outside", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "steward-mount-"));
    await chmod(folder, 0o755);
    await symlink("/etc/passwd", path.join(folder, "passwd"));
    await symlink("/root", path.join(folder, "root"));
    await symlink("../../../../../../etc", path.join(folder, "up"));
    const mounts = [{ from: folder, name: "a", writable: false }];
    const script = "cd /work/a; cat passwd; ls root/; ls up/; cat up/hostname";
    expect(resultOf(await jail.run(job("shell", script, { mounts })))).toMatchObject({
      exitCode: 1,
      stdout: "alternatives\nld.so.cache\nssl\n",
    });
    await rm(folder, { recursive: true });
  });

  test("what is left running in the background ends with the job", async () => {
    const marker = `8${process.pid}.5`;
    const detached = `import { spawn } from "node:child_process";\nexport default () => { for (let i = 0; i < 5; i++) spawn("setsid", ["sleep", "${marker}"], { detached: true, stdio: "ignore" }).unref(); return 1 }`;
    expect(resultOf(await jail.run(job("node", detached)))).toBe(1);
    expect(processesWith(marker)).toEqual([]);
    const script = `setsid sleep ${marker} >/dev/null 2>&1 & trap '' TERM HUP; nohup sleep ${marker} >/dev/null 2>&1 & echo x`;
    expect(printedBy(await jail.run(job("shell", script)))).toBe("x\n");
    expect(printedBy(await jail.run(job("shell", `sleep ${marker} & echo y`)))).toBe("y\n");
    expect(processesWith(marker)).toEqual([]);
  });

  test("a forged report is read as data", async () => {
    const forge = (text: string): string =>
      `import os\ndef main(a):\n  os.write(3, ${JSON.stringify(text)}.encode())\n  os._exit(0)`;
    expect(await jail.run(job("python", forge("v\n{")))).toMatchObject({ ok: true, result: "{" }); // parsed by who asked
    expect(await jail.run(job("python", forge("e\nnot json")))).toMatchObject({ reason: "threw", message: "it threw" });
    expect(await jail.run(job("python", forge("?")))).toMatchObject({ reason: "crashed" });
  });

  test("a server that is killed leaves nothing running", async () => {
    const marker = `7${process.pid}.5`;
    const code = `
      const { createJail } = await import(${JSON.stringify(path.join(import.meta.dirname, "create-jail.ts"))});
      const jail = createJail({ allow: { names: [], ranges: [] }, nowMs: () => performance.now() });
      const limits = { timeoutMs: 60000, cpuMs: 60000, memoryBytes: 5e8, outputBytesMax: 1000 };
      const source = "setsid sleep ${marker} & sleep ${marker}";
      await jail.run({ tenant: "a", runtime: "shell", source, input: "", limits, mounts: [], network: null, signal: new AbortController().signal });`;
    const server = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "ignore" });
    await expect
      .poll(() => processesWith(`sleep ${marker}`).filter((line) => !line.includes("sh -c")).length, {
        timeout: 20_000,
      })
      .toBeGreaterThanOrEqual(2);
    server.kill("SIGKILL");
    await expect.poll(() => processesWith(marker), { timeout: 2_000 }).toEqual([]);
  });
});
