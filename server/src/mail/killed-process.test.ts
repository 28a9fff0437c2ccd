import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { nearTransport, rawServer } from "../adapters/smtp/smtp.testsuite.ts";
import { testMail } from "./mail.testsuite.ts";
import type { SendingSettings } from "./sending-process.testsuite.ts";

const PROCESS = path.join(import.meta.dirname, "sending-process.testsuite.ts");

function start(settings: SendingSettings): { readonly child: ChildProcess; readonly errors: () => string } {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", PROCESS, JSON.stringify(settings)]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let errors = "";
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  return { child, errors: () => errors };
}

test("R5 kill -9 while the mail server has the message and has not answered: it is sent again under the same id", async () => {
  const steward = await testMail();
  let taken = 0;
  const server = await rawServer(() => {
    let inData = false;
    return (line) => {
      if (inData && line !== ".") return null;
      if (inData) return ((inData = false), (taken += 1) === 1 ? null : "250 taken");
      if (line === "DATA") return ((inData = true), "354 go on");
      return line.startsWith("EHLO") ? "250 raw" : "250 ok";
    };
  });
  const smtpUrl = `smtp://127.0.0.1:${server.port}`;
  const id = await steward.write();
  const { child, errors } = start({ connection: steward.db.config("steward_app"), folder: steward.folder, smtpUrl });
  await expect.poll(() => [taken, errors()], { timeout: 30_000 }).toEqual([1, ""]);
  child.kill("SIGKILL");
  await once(child, "exit");

  const { running, mailer } = await steward.worker(nearTransport(`smtp://mail.test:${server.port}`), false);
  await running.lease.beat();
  for (let beats = 0; beats < 2; beats += 1) {
    steward.clock.advance(8_000);
    await running.lease.beat();
  }
  await running.tick();
  await expect
    .poll(async () => (await mailer.tick(), (await steward.row(id)).status), { timeout: 15_000 })
    .toBe("sent");
  expect(taken).toBe(2);
  const ids = server.lines.filter((line) => line.startsWith("Message-ID:"));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
}, 60_000);
