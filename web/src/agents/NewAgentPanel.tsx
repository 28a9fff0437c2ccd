import { SLUG } from "@steward/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { agentKeys } from "../api/agent-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field, type FieldControl } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";

const NOTHING = { name: "", slug: "", connection: "", model: "", instructions: "" };
type Typed = typeof NOTHING;

/** A new agent: what it can't be without; the rest is in its file. */
export function NewAgentPanel({ close }: { close: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState<Typed>(NOTHING);
  const [tried, setTried] = useState(false);
  const wrong = wrongIn(typed);
  const create = useMutation({
    mutationFn: ({ slug, name, instructions, connection, model }: Typed) =>
      client.putAgent({
        slug,
        body: { format: 1, kind: "agent", name, instructions, model: { connection, model } },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: agentKeys.all });
      await navigate(paths.agent(typed.slug));
    },
  });
  const field = (
    name: keyof Typed,
    label: string,
    help?: string,
    control: (one: FieldControl, value: string, change: (value: string) => void) => ReactNode = line,
  ) => (
    <Field label={label} help={help} error={tried ? wrong[name] : undefined}>
      {(one) => control(one, typed[name], (value) => setTyped({ ...typed, [name]: value }))}
    </Field>
  );
  return (
    <Panel title={say.agents.new} label={say.agents.new} close={close}>
      <form
        className="space-y-4 p-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.keys(wrong).length === 0) create.mutate(typed);
        }}
      >
        {field("name", say.agents.name)}
        {field("slug", say.agents.slug, say.agents.slugHelp)}
        {field("connection", say.agents.connection, say.agents.connectionHelp)}
        {field("model", say.agents.model, say.agents.modelHelp)}
        {field("instructions", say.agents.instructions, say.agents.instructionsHelp, lines)}
        {create.isError && <ErrorNote error={create.error} />}
        <Button type="submit" look="primary" disabled={create.isPending}>
          {say.agents.create}
        </Button>
      </form>
    </Panel>
  );
}

function wrongIn({ name, slug, connection, model }: Typed): Partial<Record<keyof Typed, string>> {
  return {
    ...(name.trim() === "" && { name: say.agents.needed }),
    ...(!SLUG.test(slug) && { slug: say.agents.slugWrong }),
    ...(!SLUG.test(connection) && { connection: connection === "" ? say.agents.needed : say.agents.slugWrong }),
    ...(model.trim() === "" && { model: say.agents.needed }),
  };
}

function line(control: FieldControl, value: string, change: (value: string) => void): ReactNode {
  return (
    <input {...control} value={value} maxLength={200} onChange={(one) => change(one.target.value)} className="field" />
  );
}

function lines(control: FieldControl, value: string, change: (value: string) => void): ReactNode {
  return (
    <textarea
      {...control}
      value={value}
      maxLength={100_000}
      rows={8}
      onChange={(one) => change(one.target.value)}
      className="field h-auto w-full py-2"
    />
  );
}
