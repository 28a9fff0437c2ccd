import { AppError } from "../core/errors.ts";

/** How many uploads stream into this process at once: each holds a few chunks in memory. */
export interface UploadSlots {
  /** Gives what ends it. Throws `overloaded`. */
  enter(project: string): () => void;
}

export function createUploadSlots(limits: {
  readonly uploadsMax: number;
  readonly uploadsPerProjectMax: number;
}): UploadSlots {
  const open = new Map<symbol, string>();
  return {
    enter(project) {
      const own = [...open.values()].filter((one) => one === project).length;
      if (own >= limits.uploadsPerProjectMax || open.size >= limits.uploadsMax) {
        const message = `There are ${own} uploads under way for this project, ${open.size} in all.`;
        throw new AppError("overloaded", message, { retryAfterSeconds: 5 });
      }
      const one = Symbol(project);
      open.set(one, project);
      return () => void open.delete(one);
    },
  };
}
