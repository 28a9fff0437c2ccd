import type { ApprovalByLink } from "@steward/sdk";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { EntryPage } from "../entry/EntryPage.tsx";
import { useLinkToken } from "../entry/use-link-token.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { ApprovalFacts } from "./ApprovalFacts.tsx";
import { THUMB } from "./Decide.tsx";

const { approvals: words } = say;

/** Links of mails that were sent when the token stood in the path: it moves behind `#`. The last are over in 2027. */
export function ApproveByOldLink() {
  const { token } = useParams({ from: "/approve/$token" });
  return <Navigate to="/approve" hash={token} replace />;
}

/** What the link of a mail asks: opening it only shows; a press decides, once. */
export function ApproveByLink() {
  const token = useLinkToken() ?? "";
  const client = useClient();
  const found = useQuery({
    queryKey: ["approval-link", token],
    queryFn: ({ signal }) => client.lookAtApproval({ body: { token }, signal }),
    retry: false,
    refetchOnWindowFocus: false,
    enabled: token !== "",
  });
  if (found.isError || token === "")
    return (
      <EntryPage title={words.link.gone} what={words.link.goneWhat}>
        {found.isError && <ErrorNote error={found.error} />}
      </EntryPage>
    );
  if (found.data === undefined) return <EntryPage title={words.link.title}>{null}</EntryPage>;
  return <Asked token={token} asked={found.data} />;
}

function Asked({ token, asked }: { token: string; asked: ApprovalByLink }) {
  const client = useClient();
  const [note, setNote] = useState("");
  const decide = useMutation({
    mutationFn: (decision: "approve" | "reject") =>
      client.decideByLink({
        body: { token, decision, digest: asked.approval.digest, ...(note.trim() === "" ? {} : { note: note.trim() }) },
      }),
  });
  const { name, project, approval } = decide.data ?? asked;
  const title = words.panel(
    approval.kind,
    approval.kind === "step" ? (approval.message ?? approval.step) : approval.action,
  );
  return (
    <EntryPage title={title} what={words.link.what(name, project)}>
      <ApprovalFacts approval={approval} alone />
      {decide.isSuccess ? (
        <div role="status" className="space-y-3">
          <p className="font-medium">{words.link.done[decide.variables]}</p>
          <Link {...paths.approvals({ approval: approval.id })} className={buttonClasses("plain")}>
            {words.link.open}
          </Link>
        </div>
      ) : (
        approval.status === "open" && (
          <>
            <Field label={words.note} help={words.noteHelp}>
              {(control) => (
                <input
                  {...control}
                  maxLength={1000}
                  value={note}
                  onChange={({ target }) => setNote(target.value)}
                  className="field"
                />
              )}
            </Field>
            <div className="flex gap-2">
              <Button
                look="primary"
                className={THUMB}
                disabled={decide.isPending}
                onClick={() => decide.mutate("approve")}
              >
                {words.approve}
              </Button>
              <Button
                look="danger"
                className={THUMB}
                disabled={decide.isPending}
                onClick={() => decide.mutate("reject")}
              >
                {words.reject}
              </Button>
            </div>
          </>
        )
      )}
      {decide.isError && <ErrorNote error={decide.error} />}
    </EntryPage>
  );
}
