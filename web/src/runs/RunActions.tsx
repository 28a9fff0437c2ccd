import { isTerminal, type Run } from "@steward/sdk";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { useRunActs } from "./use-run-acts.ts";

/** What one may do with the run as it stands now. */
export function RunActions({ run }: { run: Run }) {
  const { may } = useSession();
  const { retry, cancel, resolve } = useRunActs(run.id);
  if (!may("run.control")) return null;
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
