import { type DraftProblem, type FlowDetail, ProblemError, RawBody } from "@steward/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useClient } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { readJson } from "../json-text.ts";
import { useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CodeArea } from "../ui/CodeArea.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { ProblemList, problemLine } from "./ProblemList.tsx";
import { useFlowActs } from "./use-flow-acts.ts";

/** The draft as text, for who may to edit and save; problems at their lines. What is typed stays in this tab until saved or discarded. */
export function FlowFileEditor({ flow, line }: { flow: FlowDetail; line: number | null }) {
  const { text, type, dirty, discard, kept } = useTyped(flow);
  const able = useSession().may("flow.write");
  const area = useRef<HTMLTextAreaElement>(null);
  const save = useSave(flow.slug, kept);
  const refused = save.error instanceof ProblemError ? refusedAt(save.error) : [];
  const problems = refused.length > 0 ? refused : flow.problems;
  const marked = useMemo(
    () => new Set(problems.map((one) => problemLine(one, text)).filter((one) => one !== null)),
    [problems, text],
  );
  const submit = () => save.mutate(text);
  useShortcuts(able ? [{ keys: "mod+s", label: say.keys.save, run: submit }] : []);
  useEffect(() => {
    if (line !== null && area.current) goToLine(area.current, line);
  }, [line]);
  return (
    <div className="flex h-[calc(100%-37px)] min-h-96 flex-col gap-3 p-4 md:px-6">
      <CodeArea
        areaRef={area}
        control={{ "aria-label": say.file.label, ...(marked.size > 0 && { "aria-invalid": true }) }}
        value={text}
        change={able ? type : null}
        marked={marked}
        className="min-h-48 flex-1"
      />
      {save.isError && refused.length === 0 && <ErrorNote error={save.error} title={say.file.unsaved} />}
      {problems.length > 0 && (
        <section
          aria-label={say.flow.problems(problems.length)}
          className="max-h-40 shrink-0 overflow-y-auto rounded-md border border-failed/40 bg-failed/5 px-3 py-2"
        >
          <p className="text-13 font-medium">
            {refused.length > 0 ? say.file.unsaved : say.flow.problems(problems.length)}
          </p>
          <ProblemList problems={problems} text={text} slug={flow.slug} />
        </section>
      )}
      {able && (
        <div className="flex shrink-0 flex-wrap items-center gap-3">
          <Button look="primary" keys="mod+s" onClick={submit} disabled={!dirty || save.isPending}>
            {say.file.save}
          </Button>
          {dirty && <Button onClick={discard}>{say.file.revert}</Button>}
          <span role="status" className="text-13 text-text-2">
            {dirty ? say.file.unsaved : problems.length > 0 ? say.file.savedProblems(problems.length) : say.file.clean}
          </span>
          <span className="text-12 text-text-3 max-md:hidden">{say.file.help}</span>
        </div>
      )}
    </div>
  );
}

/** The text in the editor: what is typed, else the draft; kept for this tab under the flow's name. */
function useTyped(flow: FlowDetail) {
  const queries = useQueryClient();
  const key = useMemo(() => ["typed", "file", flow.slug], [flow.slug]);
  const saved = useMemo(() => JSON.stringify(flow.draft, null, 2), [flow.draft]);
  const [typed, setTyped] = useState(() => queries.getQueryData<string>(key) ?? null);
  const [savedAs, setSavedAs] = useState<string | null>(null);
  useEffect(() => {
    queries.setQueryDefaults(key, { gcTime: Number.POSITIVE_INFINITY });
    queries.setQueryData<string | null>(key, typed);
  }, [key, queries, typed]);
  const dirty = typed !== null && typed !== saved && typed !== savedAs;
  useEffect(() => {
    if (!dirty) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
  return { text: typed ?? saved, dirty, type: setTyped, discard: () => setTyped(null), kept: setSavedAs };
}

function useSave(slug: string, kept: (text: string) => void) {
  const client = useClient();
  const { tell } = useNotices();
  const { refresh } = useFlowActs(slug);
  return useMutation({
    mutationFn: (text: string) =>
      client.putFlow({ slug, body: new RawBody(text, readJson(text).ok ? "application/json" : "application/yaml") }),
    onSuccess: async ({ problems }, text) => {
      // The text stays as it was typed, with its own lines; the server keeps the same file.
      kept(text);
      if (problems.length === 0) tell(say.file.saved);
      await refresh();
    },
  });
}

/** Where a file that is not a flow file was refused, each as a problem at its line. */
function refusedAt({ details, message }: ProblemError): DraftProblem[] {
  const { issues } = details;
  const listed = Array.isArray(issues) ? issues.flatMap(problemOf) : [];
  return listed.length > 0 ? listed : problemOf({ ...details, message });
}

function problemOf(issue: unknown): DraftProblem[] {
  if (typeof issue !== "object" || issue === null || !("message" in issue)) return [];
  const line = "line" in issue && typeof issue.line === "number" ? issue.line : null;
  const field = "field" in issue && typeof issue.field === "string" ? issue.field : "";
  return line === null && field === "" ? [] : [{ line, field, step: null, message: String(issue.message) }];
}

function goToLine(area: HTMLTextAreaElement, line: number): void {
  const before = area.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0);
  const end = area.value.indexOf("\n", start);
  area.focus();
  area.setSelectionRange(start, end === -1 ? area.value.length : end);
  area.scrollTop = Math.max(0, (line - 6) * 20);
}
