import { say } from "../language.ts";
import { Button } from "./Button.tsx";

/** The foot of a list: how many there are, exact or "more than", and the way to the next page. */
export function More({
  count,
  noun,
  next,
  busy,
}: {
  count: number;
  noun: { one: string; many: string };
  next: (() => void) | null;
  busy: boolean;
}) {
  return (
    <div className="flex items-center gap-3 px-4 py-3 text-12 text-text-3 md:px-6">
      <span role="status">{say.shown(count, next !== null, noun)}</span>
      {next && (
        <Button onClick={next} disabled={busy} className="h-7">
          {say.showMore}
        </Button>
      )}
    </div>
  );
}
