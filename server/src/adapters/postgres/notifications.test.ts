import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { freshDatabase, type FreshDatabase } from "../../../test/database.ts";
import { openNotifications, type Notifications, type NotificationsOptions } from "./notifications.ts";
import type { Pool } from "./pool.ts";

let database: FreshDatabase;
let pool: Pool;
const opened: Notifications[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  pool = database.pool();
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});
afterAll(async () => await database.drop());

let workers = 0;
async function open(options: Partial<NotificationsOptions> = {}): Promise<Notifications & { application: string }> {
  const application = `notes${(workers += 1)}`;
  const notifications = await openNotifications({
    connection: database.admin,
    applicationName: application,
    worker: application,
    log: () => undefined,
    ...options,
  });
  opened.push(notifications);
  return Object.assign(notifications, { application });
}

/** Collects payloads; `until(n)` resolves when n have come. */
function inbox() {
  const payloads: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  return {
    payloads,
    handler: (payload: string): void => {
      payloads.push(payload);
      for (const each of waiting) if (payloads.length >= each.count) each.resolve();
    },
    until: async (count: number): Promise<void> => {
      if (payloads.length >= count) return;
      await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    },
  };
}
const told = (register: (callback: () => void) => void): Promise<void> => new Promise((resolve) => register(resolve));
const backend = async (application: string): Promise<number> => {
  const { rows } = await pool.query<{ pid: number }>({
    text: "select pid from pg_stat_activity where application_name = $1",
    values: [application],
  });
  return rows[0]?.pid ?? 0;
};

describe("notifications", () => {
  test("reach every listener of the channel, in the same process and in others", async () => {
    const [one, other] = [await open(), await open()];
    const [mine, theirs, foreign] = [inbox(), inbox(), inbox()];
    await one.listen("work", mine.handler);
    await other.listen("work", theirs.handler);
    await other.listen("elsewhere", foreign.handler);
    one.notify("work", "a,b \"c\" 'd'");
    await Promise.all([mine.until(1), theirs.until(1)]);
    expect([...mine.payloads, ...theirs.payloads, ...foreign.payloads]).toEqual(["a,b \"c\" 'd'", "a,b \"c\" 'd'"]);
  });

  test("N2 equal ones of one turn are said once, in order, all in one statement", async () => {
    const notes = await open();
    const box = inbox();
    await notes.listen("work", box.handler);
    for (let n = 0; n < 1000; n += 1) notes.notify("work", String(n % 3));
    notes.notify("work", "end");
    await box.until(4);
    notes.notify("work", "0");
    await box.until(5);
    expect(box.payloads).toEqual(["0", "1", "2", "end", "0"]);
  });

  test("N4 after a lost connection it listens again and says what it still had", async () => {
    const notes = await open();
    const box = inbox();
    await notes.listen("work", box.handler);
    const again = told((callback) => notes.onReconnect(callback));
    await pool.query({ text: "select pg_terminate_backend($1)", values: [await backend(notes.application)] });
    await again;
    notes.notify("work", "x");
    await box.until(1);
    expect(box.payloads).toEqual(["x"]);
  });

  test("N3 a server that answers nothing is told as silence, and its return as a reconnect", async () => {
    const notes = await open({ echoMs: 10, silenceMs: 60 });
    const pid = await backend(notes.application);
    const before = notes.heardAt();
    const silence = told((callback) => notes.onSilence(callback));
    const again = told((callback) => notes.onReconnect(callback));
    process.kill(pid, "SIGSTOP");
    await silence;
    process.kill(pid, "SIGCONT");
    await again;
    expect(notes.heardAt()).toBeGreaterThan(before);
  });

  test("N3 a connection that stays silent is made anew", async () => {
    const notes = await open({ echoMs: 10, silenceMs: 20 });
    const pid = await backend(notes.application);
    const again = told((callback) => notes.onReconnect(callback));
    process.kill(pid, "SIGSTOP");
    try {
      await again;
    } finally {
      process.kill(pid, "SIGCONT");
    }
    const box = inbox();
    await notes.listen("later", box.handler);
    notes.notify("later", "x");
    await box.until(1);
    expect(box.payloads).toEqual(["x"]);
    await expect.poll(async () => await backend(notes.application)).not.toBe(pid); // the old one goes when it wakes
  });

  test("names and payloads that the database would refuse are bugs", async () => {
    const notes = await open();
    expect(() => notes.notify("work; drop table x", "")).toThrow(/no name of a channel/);
    expect(() => notes.notify("work", "x".repeat(8000))).toThrow(/shorter than 8000/);
  });

  test("a closed one says nothing more and doesn't come back", async () => {
    const notes = await open();
    await notes.close();
    notes.notify("work", "x");
    await expect.poll(async () => await backend(notes.application)).toBe(0);
  });
});
