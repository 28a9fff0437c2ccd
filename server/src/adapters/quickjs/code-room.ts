/** Of a task, a job: whose turn it takes, and what it holds in memory, about. */
export interface Roomed {
  readonly project: string;
  readonly bytes: number;
}

export interface RoomLimits {
  /** Steps accepted and not yet finished, of all projects and of one. */
  readonly openMax: number;
  readonly projectOpenMax: number;
  /** Of their inputs and programs. A first step of any size has room. */
  readonly openBytesMax: number;
  readonly projectOpenBytesMax: number;
}

interface Used {
  open: number;
  bytes: number;
}

/** How many code steps are accepted and not yet finished, and whether one more has room: no project takes it all. */
export class CodeRoom {
  readonly #limits: RoomLimits;
  readonly #all: Used = { open: 0, bytes: 0 };
  readonly #projects = new Map<string, Used>();

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#all.open;
  }

  /** Null when it has room, else what to tell the step's author. */
  refusal(task: Roomed): string | null {
    const { openMax, openBytesMax, projectOpenMax, projectOpenBytesMax } = this.#limits;
    const own = this.#projects.get(task.project);
    if (own && isFull(own, task, projectOpenMax, projectOpenBytesMax))
      return `${own.open} code steps of this project are waiting already. Try again in a moment.`;
    if (isFull(this.#all, task, openMax, openBytesMax))
      return `${this.#all.open} code steps are waiting already. Try again in a moment.`;
    return null;
  }

  enter(task: Roomed): void {
    let own = this.#projects.get(task.project);
    if (!own) this.#projects.set(task.project, (own = { open: 0, bytes: 0 }));
    count(own, 1, task.bytes);
    count(this.#all, 1, task.bytes);
  }

  leave(task: Roomed): void {
    count(this.#all, -1, -task.bytes);
    const own = this.#projects.get(task.project);
    if (!own) return;
    count(own, -1, -task.bytes);
    if (own.open === 0) this.#projects.delete(task.project);
  }
}

function count(used: Used, runs: number, bytes: number): void {
  used.open += runs;
  used.bytes += bytes;
}

function isFull(used: Used, { bytes }: Roomed, openMax: number, bytesMax: number): boolean {
  return used.open >= openMax || (used.open > 0 && used.bytes + bytes > bytesMax);
}
