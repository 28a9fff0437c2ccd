import type { ErrorComponentProps } from "@tanstack/react-router";
import { explained } from "../api/explain.ts";
import { say } from "../language.ts";
import { Page } from "../ui/Page.tsx";

/** In place of a page that threw while it was shown. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <Page title={say.broken.title}>
      <div role="alert" className="max-w-[72ch] space-y-3 px-4 py-8 md:px-6">
        <p>{say.broken.what}</p>
        <p className="text-text-2">{say.broken.hint}</p>
        <pre className="rounded-md border border-line bg-surface-1 p-3 font-mono text-12 break-words whitespace-pre-wrap">
          {explained(error).what}
        </pre>
      </div>
    </Page>
  );
}
