/**
 * How many runs a tree of runs may have open: those that one run began, those that they began, and so on. Flows call
 * flows at most `depthMax` deep, but one that calls itself in a loop without waiting would still fill the queue.
 */
import { countOpenBelow } from "../store/sub-runs.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";

export interface SubRuns {
  /**
   * Whether the run may begin one more run now; then that one is counted. Asked of the database at most once a second
   * for each tree and process: between, what this process begins is counted here, and what others begin is not.
   */
  admit(run: LiveRun): Promise<boolean>;
}

/** A count is believed so long. */
const BELIEVED_MS = 1000;
/** Trees whose counts are held; the one counted first goes first. */
const TREES_MAX = 1000;
/** A first run's own first calls need no count: a tree is this small before anything of it is counted. */
const UNCOUNTED_MAX = 10;

interface Count {
  open: number;
  readonly atMs: number;
}

export function createSubRuns(parts: EngineParts): SubRuns {
  const counts = new Map<string, Count>();
  const counting = new Map<string, Promise<Count>>();

  const count = async (run: LiveRun): Promise<Count> => {
    const atMs = parts.clock.monotonicMs();
    const committed = await countOpenBelow(parts.database, run.project, run.root, parts.limits.subRunsMax);
    const fresh = { open: committed + uncommitted(parts, run.root), atMs };
    counts.delete(run.root);
    counts.set(run.root, fresh);
    if (counts.size > TREES_MAX) counts.delete(counts.keys().next().value!);
    return fresh;
  };

  return {
    async admit(run) {
      if (run.root === run.id && run.calls++ < UNCOUNTED_MAX) return true;
      let known = counts.get(run.root);
      if (!known || parts.clock.monotonicMs() - known.atMs >= BELIEVED_MS) {
        const under = counting.get(run.root) ?? count(run).finally(() => counting.delete(run.root));
        counting.set(run.root, under);
        known = await under;
      }
      if (known.open >= parts.limits.subRunsMax) return false;
      known.open++;
      return true;
    },
  };
}

/** What runs of the tree that are led here have begun and not committed. */
function uncommitted({ live }: EngineParts, root: string): number {
  let open = 0;
  for (const run of live.values()) if (run.root === root) open += run.unsaved.children.length;
  return open;
}
