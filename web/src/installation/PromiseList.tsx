import type { Proof } from "@steward/sdk";
import { type ReactNode, useState } from "react";
import { promiseParts, promiseWords } from "../language/promises.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { Icon } from "../ui/Icon.tsx";
import { StateIcon } from "../ui/StateBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { durationWords } from "../words.ts";

const { proof: words } = say.people.installation;

type Proved = Proof["promises"][number];

const SHAPES = { kept: "done", broken: "failed", not_applicable: "skipped", untried: "queued" } as const;
const COLOURS = {
  kept: "text-done",
  broken: "text-failed",
  not_applicable: "text-text-3",
  untried: "text-text-3",
} as const;

interface Trying {
  /** The one that is being tried by itself. */
  readonly trying: string | null;
  readonly again: ((id: string) => void) | null;
}

/** Each promise in everyday words, whether it is kept, and the evidence; what is broken stands open. */
export function PromiseList({ promises, ...more }: Trying & { promises: readonly Proved[] }) {
  const proved = new Map(promises.map((promise) => [promise.id, promise]));
  const ids = [...new Set([...Object.keys(promiseWords), ...proved.keys()])];
  const parts = [...new Set(ids.map((id) => id.charAt(0)))];
  return (
    <div role="group" aria-label={words.title} className="border-t border-line">
      {parts.map((part) => (
        <section key={part} aria-labelledby={`promises-${part}`}>
          <h2
            id={`promises-${part}`}
            className="border-b border-line bg-surface-1 px-4 py-1.5 text-12 font-semibold text-text-2 md:px-6"
          >
            {promiseParts[part] ?? part}
          </h2>
          <ul>
            {ids
              .filter((id) => id.charAt(0) === part)
              .map((id) => (
                <PromiseRow key={id} id={id} proved={proved.get(id)} {...more} />
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function PromiseRow({ id, proved, trying, again }: Trying & { id: string; proved: Proved | undefined }) {
  const [toggled, setToggled] = useState<boolean | null>(null);
  const state = proved?.state ?? "untried";
  const open = proved !== undefined && (toggled ?? state === "broken");
  const plain = promiseWords[id];
  return (
    <li className={classes("border-b border-line/70", trying === id && "opacity-60")}>
      <button
        type="button"
        aria-expanded={open}
        disabled={proved === undefined}
        onClick={() => setToggled(!open)}
        className="flex min-h-9 w-full items-start gap-3 px-4 py-2 text-left text-13 -outline-offset-2 enabled:hover:bg-surface-1 md:px-6"
      >
        <Icon
          name="chevron"
          className={classes(
            "mt-0.5 text-text-3 transition-transform",
            open && "rotate-90",
            proved === undefined && "invisible max-md:hidden",
          )}
        />
        <span className="min-w-0 flex-1">
          <span className="font-medium">{plain?.title ?? visible(proved?.promise ?? id)}</span>{" "}
          <span className="ml-1 font-mono text-12 text-text-3">{id}</span>
          {plain && <span className="block text-text-2">{plain.means}</span>}
        </span>
        <span className={classes("inline-flex w-32 shrink-0 items-center gap-2 max-md:w-auto", COLOURS[state])}>
          <StateIcon state={SHAPES[state]} />
          {words.states[state]}
        </span>
      </button>
      {open && <Evidence proved={proved} again={again} />}
    </li>
  );
}

function Evidence({ proved, again }: { proved: Proved; again: Trying["again"] }) {
  const { id, promise, tries, state, evidence, triedAt, ms } = proved;
  return (
    <section aria-label={words.evidence(id)} className="space-y-3 pr-4 pb-4 pl-11 text-13 md:pr-6 md:pl-[52px]">
      <dl className="max-w-[80ch] space-y-2">
        <Fact name={words.exactly}>{visible(promise)}.</Fact>
        <Fact name={words.how}>{words.tries(tries)}</Fact>
        <Fact name={state === "not_applicable" ? words.why : words.seen}>
          {evidence.length === 0 ? (
            words.noEvidence
          ) : (
            <ul className="list-disc space-y-1 pl-4">
              {evidence.map((line) => (
                <li key={line} className="break-words">
                  {visible(line)}
                </li>
              ))}
            </ul>
          )}
        </Fact>
        <Fact name={words.when}>
          <Time at={triedAt} /> <span className="text-text-3">({durationWords(ms)})</span>
        </Fact>
      </dl>
      {again && (
        <Button className="h-7" aria-label={`${words.alone}: ${id}`} onClick={() => again(id)}>
          {words.alone}
        </Button>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-12 text-text-3">{name}</dt>
      <dd className="text-text-2">{children}</dd>
    </div>
  );
}
