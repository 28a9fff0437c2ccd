import { type RefObject, useEffect, useRef } from "react";

/**
 * For what holds a form: after each try, the first thing wrong in it is brought into sight, and the control that it is
 * about is focused, so that nothing is refused where nobody looks.
 * @param tries how often it was sent @param error what the server said of the last time
 */
export function useFirstWrong<E extends HTMLElement>(tries: number, error: unknown = null): RefObject<E | null> {
  const within = useRef<E>(null);
  useEffect(() => {
    if (tries > 0 || error !== null) show(within.current);
  }, [tries, error]);
  return within;
}

function show(within: HTMLElement | null): void {
  const wrong = within?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]");
  if (!wrong) return;
  const control = wrong.matches("[role=alert]") ? wrong.closest("fieldset")?.querySelector("input") : wrong;
  control?.focus({ preventScroll: true });
  wrong.scrollIntoView({ block: "center" });
}
