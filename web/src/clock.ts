import { createContext, useContext, useEffect, useState } from "react";

/** Where the page reads the time; a port, so that it can stand still. */
const ClockContext = createContext<() => number>(Date.now);

/** The present time, read again every `everyMs`; with null it stands. */
export function useNow(everyMs: number | null): number {
  const clock = useContext(ClockContext);
  const [now, setNow] = useState(clock);
  useEffect(() => {
    if (everyMs === null) return undefined;
    const timer = setInterval(() => setNow(clock()), everyMs);
    return () => clearInterval(timer);
  }, [clock, everyMs]);
  return now;
}
