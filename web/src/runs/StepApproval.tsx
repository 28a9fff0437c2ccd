import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { approvalQuery } from "../api/approval-queries.ts";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { ApprovalFacts } from "../approvals/ApprovalFacts.tsx";
import { Decide } from "../approvals/Decide.tsx";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";

const { approvals: words } = say;

/** The approval that a step asked for, where its run is read: decided here, or how it was. */
export function StepApproval({ id, name, level = 3 }: { id: string; name: string; level?: 2 | 3 }) {
  const Heading = `h${level}` as const;
  const { here, may } = useSession();
  const found = useQuery({ ...approvalQuery(useClient(), here.project.id, id), enabled: may("approval.read") });
  if (!may("approval.read")) return null;
  const { data } = found;
  const title = data?.status === "open" ? words.inRun.open(name) : words.inRun.over;
  return (
    <section aria-label={title} className="max-w-3xl min-w-0 space-y-4 rounded-md border border-line p-4">
      <div className="flex items-start gap-3">
        <Heading className="min-w-0 flex-1 font-medium break-words">{title}</Heading>
        <Link {...paths.approvals({ view: "all", approval: id })} className="text-13 text-accent hover:underline">
          {words.inRun.link}
        </Link>
      </div>
      {found.isPending && <Skeleton rows={2} />}
      {found.isError && <ErrorNote error={found.error} retry={() => void found.refetch()} />}
      {data && <ApprovalFacts approval={data} inRun />}
      {data?.status === "open" && <Decide key={data.digest} approval={data} />}
    </section>
  );
}
