import { describe, expect, test } from "vitest";

import { restartDelayMs, supervise, type Life } from "./supervise.ts";

interface HandLife extends Life {
  end(reason: string): void;
  readonly stopped: boolean;
}

function handLife(pid: number): HandLife {
  const { promise, resolve } = Promise.withResolvers<string>();
  let stopped = false;
  return {
    pid,
    ended: promise,
    end: resolve,
    get stopped() {
      return stopped;
    },
    stop: async () => {
      stopped = true;
      resolve("stopped");
    },
  };
}

async function handSupervise(fail: (pid: number) => boolean = () => false) {
  const lives: HandLife[] = [];
  let started = 0;
  let now = 0;
  const slept: number[] = [];
  let turn = Promise.withResolvers<void>();
  const supervised = await supervise({
    start: async () => {
      started += 1;
      if (fail(started)) throw new Error(`start ${started} failed`);
      const life = handLife(started);
      lives.push(life);
      turn.resolve();
      turn = Promise.withResolvers();
      return life;
    },
    log: () => undefined,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  });
  const next = async (): Promise<void> => await turn.promise;
  return { supervised, lives, slept, next, pass: (ms: number) => (now += ms) };
}

describe("restartDelayMs", () => {
  test("restarts at once, then doubles, and slowly from the sixth end within a minute on", () => {
    const restarts: number[] = [];
    const delays = Array.from({ length: 6 }, (_, at) => {
      const delay = restartDelayMs(restarts, at);
      restarts.push(at);
      return delay;
    });
    expect(delays).toEqual([0, 100, 200, 400, 800, 10_000]);
  });

  test("forgets what is older than a minute", () => {
    expect(restartDelayMs([0, 1, 2, 3, 4], 60_004)).toBe(0);
    expect(restartDelayMs([0, 1, 2, 3, 4], 60_003)).toBe(100);
    expect(restartDelayMs([0, 1, 2, 3, 4], 60_002)).toBe(200);
  });
});

describe("supervise", () => {
  test("S1 an ended life is followed by another", async () => {
    const { supervised, lives, next } = await handSupervise();
    const second = next();
    lives[0]?.end("killed");
    await second;
    await Promise.resolve();
    expect(supervised.pid).toBe(2);
    await supervised.stop();
    expect(lives[1]?.stopped).toBe(true);
  });

  test("S2 gives up once, with the last reason, also to those who ask later", async () => {
    const { supervised, lives, slept } = await handSupervise((pid) => pid > 1);
    const gaveUp = new Promise<string>((resolve) => supervised.onExit(resolve));
    lives[0]?.end("killed");
    expect(await gaveUp).toMatch(/for ten minutes.*start 66 failed/);
    expect(slept).toEqual([0, 100, 200, 400, 800, ...Array.from({ length: 60 }, () => 10_000)]);
    let later = "";
    supervised.onExit((reason) => (later = reason));
    expect(later).toBe(await gaveUp);
  });

  test("S3 stop ends the life, starts nothing and tells nobody", async () => {
    const { supervised, lives } = await handSupervise();
    let told = false;
    supervised.onExit(() => (told = true));
    await supervised.stop();
    expect(lives).toHaveLength(1);
    expect(lives[0]?.stopped).toBe(true);
    expect(told).toBe(false);
  });
});
