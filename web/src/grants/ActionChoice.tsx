import { useId, useState } from "react";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { visible } from "../visible.ts";
import type { OfferedAction } from "./own-actions.ts";

const { draft: words } = say.grants;
const CLASSES = ["read", "write", "delete"] as const;

interface Offer {
  readonly pattern: string;
  readonly label: string;
}

/** Which actions a line takes in: single ones, all that read, write or delete, everything; others are typed. */
export function ActionChoice({
  label,
  chosen,
  offered,
  change,
  error,
}: {
  label: string;
  chosen: readonly string[];
  offered: readonly OfferedAction[];
  change: (chosen: readonly string[]) => void;
  error: string | undefined;
}) {
  const id = useId();
  const offers = offersOf(offered, chosen);
  const toggle = (pattern: string, on: boolean) =>
    change(on ? [...chosen, pattern] : chosen.filter((one) => one !== pattern));
  return (
    <fieldset className="space-y-2" aria-describedby={error === undefined ? undefined : id}>
      <legend className="text-13 font-medium">{label}</legend>
      <div className="mt-1 grid max-h-96 gap-x-4 gap-y-1 overflow-y-auto @lg:grid-cols-2">
        {offers.map(({ pattern, label: name }) => (
          <label key={pattern} className="flex min-w-0 items-start gap-2 text-13">
            <input
              type="checkbox"
              className="mt-1"
              checked={chosen.includes(pattern)}
              onChange={({ target }) => toggle(pattern, target.checked)}
            />
            <span className="min-w-0 break-words">
              {name} {name !== pattern && <span className="font-mono text-12 text-text-3">{pattern}</span>}
            </span>
          </label>
        ))}
      </div>
      <OtherAction add={(pattern) => !chosen.includes(pattern) && change([...chosen, pattern])} />
      {error !== undefined && (
        <p id={id} role="alert" className="text-12 text-failed">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function OtherAction({ add }: { add: (pattern: string) => void }) {
  const [typed, setTyped] = useState("");
  const take = () => {
    if (typed.trim() !== "") add(typed.trim());
    setTyped("");
  };
  return (
    <div className="flex gap-2">
      <input
        aria-label={words.otherAction}
        placeholder={words.otherActionHelp}
        maxLength={100}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          take();
        }}
        className="field font-mono text-13"
      />
      <Button onClick={take} disabled={typed.trim() === ""}>
        {words.add}
      </Button>
    </div>
  );
}

function offersOf(offered: readonly OfferedAction[], chosen: readonly string[]): readonly Offer[] {
  const classes = CLASSES.filter((one) => offered.some((action) => action.classes.includes(one)));
  const known: Offer[] = [
    { pattern: "*", label: words.all },
    ...classes.map((one) => ({ pattern: one, label: words.classes[one] })),
    ...offered.map(({ id, title }) => ({ pattern: id, label: title })),
  ];
  const others = chosen.filter((pattern) => known.every((one) => one.pattern !== pattern));
  return [...known, ...others.map((pattern) => ({ pattern, label: visible(pattern) }))];
}
