import { useNow } from "../clock.ts";
import { exactWords, relativeWords } from "../words.ts";

/** A time as a person says it, the exact one in their own zone on hover and for screen readers. */
export function Time({ at, className }: { at: string; className?: string }) {
  const now = useNow(5000);
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={exactWords(ms)} className={className}>
      {relativeWords(ms, now)}
    </time>
  );
}
