import { expect, test } from "vitest";
import { CodeQueue } from "./code-queue.ts";
import { CodeTask } from "./code-task.ts";

const LIMITS = { timeoutMs: 1, memoryBytes: 1, outputBytesMax: 1 };
const task = (project: string, name: string, sinceMs = 0): CodeTask =>
  new CodeTask({ key: `${project}:${name}`, source: name }, "{}", LIMITS, sinceMs);
const names = (tasks: readonly (CodeTask | undefined)[]) => tasks.map((one) => one?.program.source);

function queueOf(...tasks: readonly CodeTask[]): CodeQueue {
  const queue = new CodeQueue();
  for (const one of tasks) queue.push(one);
  return queue;
}

function drain(queue: CodeQueue): (string | undefined)[] {
  const taken: CodeTask[] = [];
  for (let one = queue.take(); one; one = queue.take()) taken.push(one);
  return names(taken);
}

test("C3: projects take turns, each in the order it asked", () => {
  const queue = queueOf(
    task("a", "a1"),
    task("a", "a2"),
    task("a", "a3"),
    task("b", "b1"),
    task("c", "c1"),
    task("b", "b2"),
  );
  expect(queue.length).toBe(6);
  expect(drain(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
  expect([queue.length, queue.take()]).toEqual([0, undefined]);
});

test("C2: what comes back from a thread goes before what its project asked for later, and keeps its turn", () => {
  const queue = queueOf(task("a", "a3"), task("b", "b1"));
  queue.putBack([task("c", "c1"), task("a", "a1"), task("a", "a2")]);
  expect(drain(queue)).toEqual(["c1", "a1", "b1", "a2", "a3"]);
});

test("C3: a project whose long steps run one by one, while all behind them come back, is overtaken by the others", () => {
  const long = Array.from({ length: 4 }, (_, n) => task("a", `a${n}`));
  const queue = queueOf(...long, task("b", "b1"), task("c", "c1"), task("b", "b2"));
  const ran: (string | undefined)[] = [];
  while (queue.length > 0) {
    const offered: CodeTask[] = [];
    for (let one = queue.take(); one; one = queue.take()) offered.push(one);
    ran.push(...names(offered.splice(0, 1)));
    queue.putBack(offered);
  }
  expect(ran).toEqual(["a0", "b1", "c1", "a1", "b2", "a2", "a3"]);
});

test("one is taken out of turn, and not twice", () => {
  const [first, second] = [task("a", "a1"), task("b", "b1")];
  const queue = queueOf(first, second);
  expect([queue.remove(first), queue.remove(first), queue.length]).toEqual([true, false, 1]);
  expect(drain(queue)).toEqual(["b1"]);
});

test("those that wait too long are taken out, whosever they are", () => {
  const queue = queueOf(task("a", "a1", 10), task("a", "a2", 30), task("b", "b1", 20), task("c", "c1", 40));
  expect(names(queue.takeOlder(30))).toEqual(["a1", "b1"]);
  expect(drain(queue)).toEqual(["a2", "c1"]);
});
