import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { flowQuery, keys, runQuery } from "../api/queries.ts";
import { type Json, readJson } from "../json-text.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";

/** Starting a run by hand with an input; what was typed for this flow last is there again. */
export function RunPanel({ slug, close }: { slug: string; close: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data: flow } = useQuery(flowQuery(client, slug));
  const typedKey = ["typed", "input", slug];
  const [text, setText] = useState(() => queries.getQueryData<string>(typedKey) ?? "{\n  \n}");
  const [wrong, setWrong] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (input: { value: Json | undefined }) =>
      client.startRun({
        slug,
        body: input.value === undefined ? {} : { input: input.value },
        idempotencyKey: crypto.randomUUID(),
      }),
    onSuccess: async (run) => {
      queries.setQueryData(runQuery(client, run.id).queryKey, run);
      await queries.invalidateQueries({ queryKey: keys.runs });
      await navigate(paths.run(run.id));
    },
  });
  const run = () => {
    const input = readJson(text);
    setWrong(input.ok ? null : say.runPanel.notJson(input.why));
    queries.setQueryData(typedKey, text);
    if (input.ok) start.mutate({ value: input.value });
  };
  const unpublished = flow !== undefined && flow.version === null;
  return (
    <Panel title={say.runPanel.title(flow?.name ?? slug)} label={say.runPanel.title(flow?.name ?? slug)} close={close}>
      <form
        className="space-y-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) run();
        }}
      >
        <Field
          label={say.runPanel.input}
          help={unpublished ? say.runPanel.unpublished : say.runPanel.help(flow?.version ?? 1)}
          error={wrong}
        >
          {(control) => <CodeArea control={control} value={text} change={setText} className="h-64" autoFocus />}
        </Field>
        {start.isError && <ErrorNote error={start.error} />}
        <Button type="submit" look="primary" icon="play" keys="mod+enter" disabled={start.isPending || unpublished}>
          {say.runPanel.run}
        </Button>
      </form>
    </Panel>
  );
}
