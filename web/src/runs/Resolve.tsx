import type { StepRecord } from "@steward/sdk";
import { useState } from "react";
import { readJson } from "../json-text.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { Field } from "../ui/Field.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { useRunActs } from "./use-run-acts.ts";

/** The question an unknown effect puts to a person, with its three ways out and what follows from each; `name` is the step's. */
export function Resolve({ runId, record, name }: { runId: string; record: StepRecord; name: string }) {
  const { resolve } = useRunActs(runId);
  const [giving, setGiving] = useState(false);
  const place = { step: record.step, path: record.path };
  return (
    <section aria-label={say.resolve.title(name)} className="rounded-md border border-doubt/50 bg-doubt/5 p-4">
      <h2 className="flex items-center gap-2 font-semibold">
        <StateIcon state="in_doubt" />
        {say.resolve.title(name)}
      </h2>
      <p className="mt-1 max-w-[72ch] text-13 text-text-2">{say.resolve.what}</p>
      <ul className="mt-3 grid gap-3 @2xl:grid-cols-3">
        <Way
          verb={say.resolve.done}
          what={say.resolve.doneWhat}
          busy={resolve.isPending}
          act={() => setGiving(!giving)}
          expanded={giving}
        />
        <Way
          verb={say.resolve.repeat}
          what={say.resolve.repeatWhat}
          busy={resolve.isPending}
          act={() => resolve.mutate({ ...place, how: "repeat" })}
        />
        <Way
          verb={say.resolve.fail}
          what={say.resolve.failWhat}
          busy={resolve.isPending}
          act={() => resolve.mutate({ ...place, how: "fail" })}
        />
      </ul>
      {giving && (
        <Result
          busy={resolve.isPending}
          give={(result) => resolve.mutate({ ...place, how: "done", result: result ?? null })}
        />
      )}
    </section>
  );
}

function Way({
  verb,
  what,
  busy,
  act,
  expanded,
}: {
  verb: string;
  what: string;
  busy: boolean;
  act: () => void;
  expanded?: boolean;
}) {
  return (
    <li className="flex flex-col items-start gap-1.5">
      <Button disabled={busy} onClick={act} {...(expanded !== undefined && { "aria-expanded": expanded })}>
        {verb}
      </Button>
      <p className="text-12 text-text-2">{what}</p>
    </li>
  );
}

function Result({
  busy,
  give,
}: {
  busy: boolean;
  give: (result: Extract<ReturnType<typeof readJson>, { ok: true }>["value"]) => void;
}) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  return (
    <form
      className="mt-4 space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        const result = readJson(text);
        setWrong(result.ok ? null : say.runPanel.notJson(result.why));
        if (result.ok) give(result.value);
      }}
    >
      <Field label={say.resolve.result} help={say.resolve.resultHelp} error={wrong}>
        {(control) => <CodeArea control={control} value={text} change={setText} className="h-28" autoFocus />}
      </Field>
      <Button type="submit" look="primary" disabled={busy}>
        {say.resolve.confirmDone}
      </Button>
    </form>
  );
}
