import type { Proof } from "@steward/sdk";
import { useState } from "react";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { Icon } from "../ui/Icon.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { visible } from "../visible.ts";
import { durationWords } from "../words.ts";

const { proof: words } = say.people.installation;

type Proved = Proof["promises"][number];

const SHAPES = { kept: "done", broken: "failed", not_applicable: "skipped" } as const;
const COLOURS = { kept: "text-done", broken: "text-failed", not_applicable: "text-text-3" } as const;

/** Each promise, whether it is kept, and the evidence; what is broken stands open. */
export function PromiseList({
  promises,
  trying,
  again,
}: {
  promises: readonly Proved[];
  /** The one that is being tried by itself. */
  trying: string | null;
  again: ((id: string) => void) | null;
}) {
  return (
    <ul aria-label={words.title} className="border-t border-line">
      {promises.map((promise) => (
        <PromiseRow key={promise.id} promise={promise} trying={trying === promise.id} again={again} />
      ))}
    </ul>
  );
}

function PromiseRow({
  promise: { id, promise, state, evidence, ms },
  trying,
  again,
}: {
  promise: Proved;
  trying: boolean;
  again: ((id: string) => void) | null;
}) {
  const [toggled, setToggled] = useState<boolean | null>(null);
  const open = toggled ?? state === "broken";
  return (
    <li className={classes("border-b border-line/70", trying && "opacity-60")}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setToggled(!open)}
        className="flex min-h-9 w-full items-start gap-3 px-4 py-2 text-left text-13 -outline-offset-2 hover:bg-surface-1 md:px-6"
      >
        <Icon name="chevron" className={classes("mt-0.5 text-text-3 transition-transform", open && "rotate-90")} />
        <span className="w-8 shrink-0 font-mono text-12 leading-5 text-text-2">{id}</span>
        <span className="min-w-0 flex-1">{visible(promise)}</span>
        <span className={classes("inline-flex w-32 shrink-0 items-center gap-2 max-md:w-auto", COLOURS[state])}>
          <StateIcon state={SHAPES[state]} />
          {words.states[state]}
        </span>
        <span className="w-16 shrink-0 text-right text-text-3 max-md:hidden">{durationWords(ms)}</span>
      </button>
      {open && (
        <section aria-label={words.evidence(id)} className="space-y-2 pb-3 pl-11 pr-4 md:pl-[84px]">
          {evidence.length === 0 ? (
            <p className="text-12 text-text-3">{words.noEvidence}</p>
          ) : (
            <ul className="list-disc space-y-1 pl-4 text-12 text-text-2">
              {evidence.map((line) => (
                <li key={line} className="break-words">
                  {visible(line)}
                </li>
              ))}
            </ul>
          )}
          {again && (
            <Button className="h-7" aria-label={`${words.alone}: ${id}`} onClick={() => again(id)}>
              {words.alone}
            </Button>
          )}
        </section>
      )}
    </li>
  );
}
