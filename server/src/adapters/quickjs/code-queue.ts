import type { CodeTask } from "./code-task.ts";

/**
 * Code steps that wait for a thread, in a line for each project: the projects take turns, so that one with
 * thousands of steps keeps nobody waiting longer than its one step takes.
 */
export class CodeQueue {
  /** By project, in the order of their turns; none of them empty. */
  #lines = new Map<string, CodeTask[]>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(task: CodeTask): void {
    this.#lineOf(task).push(task);
    this.#length++;
  }

  /**
   * Tasks that come back from a thread without having begun, in the order they were taken: so they are taken again, and
   * the project of the one that ran there instead has its next turn after theirs.
   */
  putBack(tasks: readonly CodeTask[]): void {
    if (tasks.length === 0) return;
    const before = this.#lines;
    this.#lines = new Map();
    for (const task of tasks) this.#lineOf(task).push(task);
    for (const [project, line] of before) {
      const back = this.#lines.get(project);
      if (back) for (const task of line) back.push(task);
      else this.#lines.set(project, line);
    }
    this.#length += tasks.length;
  }

  /** The next one, by turns. */
  take(): CodeTask | undefined {
    if (this.#length === 0) return undefined;
    const line = this.#lines.values().next().value;
    const task = line?.shift();
    if (!line || !task) return undefined;
    this.#length--;
    if (line.length > 0 && this.#lines.size === 1) return task; // it is its turn again
    this.#lines.delete(task.project);
    if (line.length > 0) this.#lines.set(task.project, line);
    return task;
  }

  /** Takes one out of turn; false when it does not wait here. */
  remove(task: CodeTask): boolean {
    const line = this.#lines.get(task.project);
    const at = line?.indexOf(task) ?? -1;
    if (!line || at < 0) return false;
    line.splice(at, 1);
    if (line.length === 0) this.#lines.delete(task.project);
    this.#length--;
    return true;
  }

  /** Takes out all that were asked for before this moment. */
  takeOlder(thanMs: number): readonly CodeTask[] {
    const old: CodeTask[] = [];
    for (const line of this.#lines.values()) {
      for (const task of line) {
        if (task.sinceMs >= thanMs) break; // the first is the oldest
        old.push(task);
      }
    }
    for (const task of old) this.remove(task);
    return old;
  }

  takeAll(): readonly CodeTask[] {
    return this.takeOlder(Number.POSITIVE_INFINITY);
  }

  #lineOf(task: CodeTask): CodeTask[] {
    let line = this.#lines.get(task.project);
    if (!line) this.#lines.set(task.project, (line = []));
    return line;
  }
}
