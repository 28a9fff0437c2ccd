import { type Limit, RawBody } from "@steward/sdk";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { grantKeys } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { Confirm } from "../ui/Confirm.tsx";
import { CopyId } from "../ui/Copy.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { Editor } from "./Editor.tsx";
import { draftOf, emptyDraft } from "./grant-draft.ts";
import { Sentences } from "./Sentences.tsx";
import { LimitVersions } from "./Versions.tsx";

const { grants: grantWords } = say;
const { limits: words } = grantWords;

const asBody = (body: unknown) => new RawBody(JSON.stringify(body), "application/json");

/** Setting a limit, of the project or of its organization. */
export function NewLimitPanel({
  level,
  close,
  set,
}: {
  level: "project" | "organization";
  close: () => void;
  set: (id: string) => void;
}) {
  const client = useClient();
  const { here } = useSession();
  const title = level === "project" ? words.new : words.newOrganization;
  const save = useAct({
    act: (form: unknown) =>
      level === "project"
        ? client.setLimit({ body: asBody(form) })
        : client.setOrganizationLimit({ organization: here.organization.id, body: asBody(form) }),
    changes: [grantKeys.limits(here.project.id)],
    said: () => words.wasSet,
    quiet: true,
    after: ({ id }) => set(id),
  });
  return (
    <Panel title={title} label={title} close={close} wide>
      <Editor
        start={emptyDraft("limit")}
        within=""
        verb={words.set}
        busy={save.isPending}
        error={save.error}
        send={save.mutate}
      />
    </Panel>
  );
}

/** One limit: what it says, its versions; to change and to end. */
export function LimitPanel({ limit, close }: { limit: Limit; close: () => void }) {
  const { may } = useSession();
  const [editing, setEditing] = useState(false);
  const able = may(limit.project === null ? "organization_limit.write" : "limit.write");
  if (editing)
    return (
      <Panel title={words.panel} label={words.panel} close={close} wide>
        <ChangeLimit limit={limit} done={() => setEditing(false)} />
      </Panel>
    );
  return (
    <Panel title={words.panel} label={words.panel} close={close} wide>
      <div className="space-y-6 p-4">
        <Sentences sentences={limit.sentences} />
        <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
          <dt className="text-text-2">{words.of}</dt>
          <dd>{limit.project === null ? words.ofOrganization : words.ofProject}</dd>
          <dt className="text-text-2">{grantWords.changed}</dt>
          <dd>
            <Time at={limit.updatedAt} />, {grantWords.version(limit.version).toLowerCase()}
          </dd>
          {limit.form.note !== "" && (
            <>
              <dt className="text-text-2">{grantWords.note}</dt>
              <dd className="break-words">{visible(limit.form.note)}</dd>
            </>
          )}
          <dt className="text-text-2">{grantWords.id}</dt>
          <dd>
            <CopyId id={limit.id} />
          </dd>
        </dl>
        {able && (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setEditing(true)}>{grantWords.change}</Button>
            <EndLimit limit={limit} done={close} />
          </div>
        )}
        <LimitVersions limit={limit.id} />
      </div>
    </Panel>
  );
}

function ChangeLimit({ limit, done }: { limit: Limit; done: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const save = useAct({
    act: (form: unknown) => {
      const of = { id: limit.id, body: asBody({ version: limit.version, form }) };
      return limit.project === null
        ? client.changeOrganizationLimit({ organization: here.organization.id, ...of })
        : client.changeLimit(of);
    },
    changes: [grantKeys.limits(here.project.id)],
    said: () => grantWords.saved,
    quiet: true,
    after: done,
  });
  return (
    <>
      <div className="px-4 pt-4">
        <Button onClick={done}>{say.cancel}</Button>
      </div>
      <Editor
        start={draftOf("limit", limit.form)}
        within="form"
        verb={grantWords.save}
        busy={save.isPending}
        error={save.error}
        send={save.mutate}
      />
    </>
  );
}

function EndLimit({ limit, done }: { limit: Limit; done: () => void }) {
  const client = useClient();
  const { here } = useSession();
  const [asking, setAsking] = useState(false);
  const end = useAct({
    act: () =>
      limit.project === null
        ? client.endOrganizationLimit({ organization: here.organization.id, id: limit.id })
        : client.endLimit({ id: limit.id }),
    changes: [grantKeys.limits(here.project.id)],
    said: () => words.ended,
    after: done,
  });
  return (
    <>
      <Button look="danger" disabled={end.isPending} onClick={() => setAsking(true)}>
        {words.end}
      </Button>
      <Confirm
        open={asking}
        close={() => setAsking(false)}
        title={words.endTitle}
        what={words.endWhat(limit.sentences.join(" "))}
        verb={words.end}
        act={() => end.mutate()}
      />
    </>
  );
}
