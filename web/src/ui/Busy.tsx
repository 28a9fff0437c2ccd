import { useEffect, useState } from "react";
import { durationWords } from "../words.ts";
import { StateIcon } from "./StateBadge.tsx";

/** Before that nothing is said: most things are done by then. */
const QUIET_MS = 1000;
const TICK_MS = 1000;

/** What is being done, once it takes a while, and for how long it has been. Read out once, not each second. */
export function Busy({ on, label }: { on: boolean; label: string }) {
  return <span role="status">{on && <Since label={label} />}</span>;
}

function Since({ label }: { label: string }) {
  const [begun] = useState(() => performance.now());
  const [now, setNow] = useState(begun);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const ms = now - begun;
  if (ms < QUIET_MS) return null;
  return (
    <span className="inline-flex items-center gap-2 text-13 text-text-2">
      <StateIcon state="running" />
      {label} <span aria-hidden>{durationWords(Math.floor(ms / TICK_MS) * TICK_MS)}</span>
    </span>
  );
}
