import { useState } from "react";
import { readJson } from "../json-text.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { Field } from "../ui/Field.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { useRunActs } from "./use-run-acts.ts";

/** The event a run waits for, and the way to send it by hand. */
export function SendEvent({ runId, event }: { runId: string; event: string }) {
  const { send } = useRunActs(runId);
  const [text, setText] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const submit = (typed: string) => {
    const data = readJson(typed);
    setWrong(data.ok ? null : say.runPanel.notJson(data.why));
    if (data.ok) send.mutate({ name: event, ...(data.value !== undefined && { data: data.value }) });
  };
  return (
    <section aria-label={say.event.title(event)} className="rounded-md border border-line bg-surface-1 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="flex items-center gap-2 font-medium break-words">
            <StateIcon state="waiting" />
            {say.event.title(event)}
          </h2>
          <p className="text-13 text-text-2">{say.event.what}</p>
        </div>
        {text === null && <Button onClick={() => setText("")}>{say.event.open}</Button>}
      </div>
      {text !== null && (
        <form
          className="mt-3 space-y-3"
          onSubmit={(submitted) => {
            submitted.preventDefault();
            submit(text);
          }}
        >
          <Field label={say.event.data} help={say.event.dataHelp} error={wrong}>
            {(control) => <CodeArea control={control} value={text} change={setText} className="h-28" autoFocus />}
          </Field>
          <div className="flex gap-2">
            <Button type="submit" look="primary" disabled={send.isPending}>
              {say.event.send}
            </Button>
            <Button look="quiet" onClick={() => setText(null)}>
              {say.cancel}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
