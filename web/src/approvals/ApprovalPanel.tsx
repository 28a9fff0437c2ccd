import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { approvalQuery } from "../api/approval-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { ApprovalFacts } from "./ApprovalFacts.tsx";
import { Decide } from "./Decide.tsx";
import { useApprovalNames } from "./use-approval-names.ts";

const { approvals: words } = say;

/** One approval: what would be sent, why it asks, who decided; to approve, to change, to reject. */
export function ApprovalPanel({ id, close }: { id: string; close: () => void }) {
  const { here } = useSession();
  const found = useQuery(approvalQuery(useClient(), here.project.id, id));
  const { titleOf } = useApprovalNames(found.data ? [found.data] : []);
  const title = found.data ? words.panel(found.data.kind, titleOf(found.data)) : words.title;
  return (
    <Panel title={title} label={title} close={close} wide>
      {found.isPending && <Skeleton rows={4} />}
      {found.isError && (
        <div className="p-4">
          <ErrorNote error={found.error} retry={() => void found.refetch()} />
        </div>
      )}
      {found.data && (
        <div className="space-y-6 p-4">
          <ApprovalFacts approval={found.data} />
          {found.data.status === "open" && <Decide key={found.data.digest} approval={found.data} />}
        </div>
      )}
    </Panel>
  );
}
