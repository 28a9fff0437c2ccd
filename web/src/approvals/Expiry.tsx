import { useNow } from "../clock.ts";
import { say } from "../language.ts";
import { clockWords, durationWords, exactWords } from "../words.ts";

const { approvals: words } = say;
const MINUTE_MS = 60_000;

/** How long there still is to decide, and until when by the person's own clock; by the second towards the end. */
export function Expiry({ at, short = false }: { at: string; short?: boolean }) {
  const ms = Date.parse(at);
  const now = useNow(1000);
  const left = ms - now;
  const said = left > 0 ? durationWords(coarse(left)) : null;
  return (
    <time dateTime={at} title={exactWords(ms)} className={left < 10 * MINUTE_MS ? "text-waiting" : undefined}>
      {said === null
        ? words.expiredAt(clockWords(ms, now))
        : short
          ? words.leftShort(said)
          : words.expiresIn(said, clockWords(ms, now))}
    </time>
  );
}

/** Seconds matter only in the last minutes. */
function coarse(left: number): number {
  const unit = left < 10 * MINUTE_MS ? 1000 : MINUTE_MS;
  return Math.floor(left / unit) * unit;
}
