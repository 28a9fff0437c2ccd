import { isTerminal, type Run } from "@steward/sdk";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { visible } from "../visible.ts";

const HOLD_SECONDS = 30;

/** One turn with a message: what it answers, how much it took, what it cost. */
export function TryPanel({ slug, published, close }: { slug: string; published: boolean; close: () => void }) {
  const client = useClient();
  const [message, setMessage] = useState("");
  const words = say.agents.try;
  const send = useMutation({
    mutationFn: (text: string) =>
      client.startTurn({ slug, body: { message: text, wait: HOLD_SECONDS }, idempotencyKey: crypto.randomUUID() }),
  });
  return (
    <Panel title={words.title} label={words.title} close={close}>
      <form
        className="space-y-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (message.trim() !== "") send.mutate(message);
        }}
      >
        <Field label={words.message} help={published ? words.help : words.unpublished}>
          {(control) => (
            <textarea
              {...control}
              value={message}
              rows={5}
              maxLength={1_000_000}
              onChange={(event) => setMessage(event.target.value)}
              className="field h-auto w-full py-2"
            />
          )}
        </Field>
        {send.isError && <ErrorNote error={send.error} />}
        <Button type="submit" look="primary" icon="play" disabled={!published || send.isPending}>
          {words.run}
        </Button>
      </form>
      <div role="status" className="px-4 pb-4">
        {send.isPending && <p className="text-13 text-text-2">{words.goesOn}</p>}
        {send.data && <Answer run={send.data} />}
      </div>
    </Panel>
  );
}

function Answer({ run }: { run: Run }) {
  const words = say.agents.try;
  const { turns, calls, text, object } = outputOf(run);
  const { cost } = run.usage;
  return (
    <section aria-label={words.answer} className="space-y-2 border-t border-line pt-3">
      <h3 className="text-13 font-medium">{words.answer}</h3>
      {run.error && <p className="text-13 break-words text-failed">{visible(run.error.message)}</p>}
      {!isTerminal(run.status) && <p className="text-13 text-text-2">{words.goesOn}</p>}
      {text !== null && <p className="whitespace-pre-wrap break-words">{visible(text)}</p>}
      {object !== null && <pre className="overflow-x-auto font-mono text-12">{object}</pre>}
      <p className="text-12 text-text-2">
        {turns !== null && calls !== null && `${words.facts(turns, calls)} · `}
        {cost && `${words.cost(`${cost.amount} ${cost.currency}`)} · `}
        <Link {...paths.run(run.id)} className="text-accent underline hover:no-underline">
          {words.whole}
        </Link>
      </p>
    </section>
  );
}

function outputOf({ output }: Run) {
  const given = typeof output === "object" && output !== null && !Array.isArray(output) ? output : {};
  return {
    turns: numberOf(given["turns"]),
    calls: numberOf(given["calls"]),
    text: typeof given["text"] === "string" ? given["text"] : null,
    object: given["object"] === undefined ? null : JSON.stringify(given["object"], null, 2),
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
