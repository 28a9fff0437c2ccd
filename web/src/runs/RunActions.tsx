import { isTerminal, type Run } from "@steward/sdk";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { useRunActs } from "./use-run-acts.ts";

/** What can be done with the run as it stands now. */
export function RunActions({ run }: { run: Run }) {
  const { retry, cancel, resolve } = useRunActs(run.id);
  if (isTerminal(run.status)) {
    return (
      <Button icon="again" disabled={retry.isPending} onClick={() => retry.mutate(null)}>
        {say.run.again}
      </Button>
    );
  }
  return (
    <>
      {run.status === "parked" && (
        <Button
          look="primary"
          icon="play"
          disabled={resolve.isPending}
          onClick={() => resolve.mutate({ how: "repeat" })}
        >
          {say.run.letGoOn}
        </Button>
      )}
      <Button look="danger" icon="stop" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
        {say.run.stop}
      </Button>
    </>
  );
}
