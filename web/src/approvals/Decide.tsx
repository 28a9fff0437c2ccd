import type { Approval } from "@steward/sdk";
import { RawBody } from "@steward/sdk";
import { useState } from "react";
import { approvalKeys } from "../api/approval-queries.ts";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useSession } from "../api/session.ts";
import { readJson } from "../json-text.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { useAct } from "../ui/use-act.ts";

const { approvals: words } = say;

/** High enough for a thumb. */
export const THUMB = "max-md:h-11";

interface Said {
  readonly decision: "approve" | "reject";
  readonly arguments?: unknown;
}

/** A person's word on what they see: the digest of it goes with the word. */
export function Decide({ approval }: { approval: Approval }) {
  const client = useClient();
  const { here, may } = useSession();
  const [text, setText] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const decide = useAct({
    act: (said: Said) => {
      const body = { ...said, digest: approval.digest, ...(note.trim() === "" ? {} : { note: note.trim() }) };
      return client.decideApproval({
        approval: approval.id,
        body: new RawBody(JSON.stringify(body), "application/json"),
      });
    },
    changes: [approvalKeys.all(here.project.id), keys.run(approval.run)],
    said: ({ decision }, { status }) =>
      decision === "reject" ? words.rejected : status === "open" ? words.approvedPart : words.approved,
    quiet: true,
  });
  if (!may("approval.decide") || !approval.mine) return <p className="text-13 text-text-2">{words.notMine}</p>;
  const changed = text === null ? null : objectOf(text);
  const approve = () => {
    setTried(true);
    if (text === null) decide.mutate({ decision: "approve" });
    else if (changed !== null) decide.mutate({ decision: "approve", arguments: changed });
  };
  const written = JSON.stringify(approval.changed ?? approval.arguments, null, 2);
  return (
    <div className="space-y-4">
      {text !== null && (
        <Field label={words.edit} help={words.editHelp} error={tried && changed === null ? words.notObject : null}>
          {(control) => <CodeArea value={text} change={setText} control={control} className="h-56" autoFocus />}
        </Field>
      )}
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
      {decide.isError && <ErrorNote error={decide.error} />}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" icon="check" className={THUMB} disabled={decide.isPending} onClick={approve}>
          {text === null ? words.approve : words.approveChanged}
        </Button>
        {approval.kind === "effect" && approval.arguments !== null && (
          <Button className={THUMB} disabled={decide.isPending} onClick={() => setText(text === null ? written : null)}>
            {text === null ? words.change : words.keep}
          </Button>
        )}
        <Button
          look="danger"
          className={THUMB}
          disabled={decide.isPending}
          onClick={() => decide.mutate({ decision: "reject" })}
        >
          {words.reject}
        </Button>
      </div>
    </div>
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  const json = readJson(text);
  const { value } = json.ok ? json : { value: undefined };
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}
