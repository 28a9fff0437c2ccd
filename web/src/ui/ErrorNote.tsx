import { explained } from "../api/explain.ts";
import { say } from "../language.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";

/** What did not work, why, and what to do; read out when it appears. */
export function ErrorNote({
  error,
  retry,
  title = say.error.title,
}: {
  error: unknown;
  retry?: (() => void) | undefined;
  title?: string;
}) {
  const { what, hint } = explained(error);
  return (
    <div
      role="alert"
      className="flex items-start gap-2.5 rounded-md border border-failed/40 bg-failed/5 px-3 py-2.5 text-13"
    >
      <Icon name="warning" className="mt-0.5 text-failed" />
      <div className="min-w-0 flex-1 space-y-0.5 break-words">
        <p className="font-medium">{title}</p>
        <p>{what}</p>
        <p className="text-text-2">{hint}</p>
      </div>
      {retry && <Button onClick={retry}>{say.tryAgain}</Button>}
    </div>
  );
}
