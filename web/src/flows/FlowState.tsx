import type { Flow } from "@steward/sdk";
import { say } from "../language.ts";
import { Icon } from "../ui/Icon.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";

/** Whether the flow's triggers start runs, and whether the draft has gone ahead of the published version. */
export function FlowState({ flow }: { flow: Pick<Flow, "paused" | "version" | "draftDiffers"> }) {
  return (
    <span className="inline-flex items-center gap-2 align-middle text-13 whitespace-nowrap">
      {flow.version === null ? (
        <StateIcon state="queued" />
      ) : flow.paused ? (
        <Icon name="pause" className="size-3.5 text-waiting" />
      ) : (
        <StateIcon state="completed" />
      )}
      {flow.version === null ? say.flows.states.draft : flow.paused ? say.flows.states.paused : say.flows.states.live}
      {flow.version !== null && flow.draftDiffers && (
        <span className="text-text-3 max-md:hidden">· {say.flows.states.changed}</span>
      )}
    </span>
  );
}
