import { useParams, useSearch } from "@tanstack/react-router";
import { FlowFileEditor } from "./FlowFileEditor.tsx";
import { FlowFrame } from "./FlowFrame.tsx";

/** The flow file as text. */
export function FlowFilePage() {
  const { slug } = useParams({ from: "/flows/$slug/file" });
  const { line } = useSearch({ from: "/flows/$slug/file" });
  return <FlowFrame slug={slug}>{(flow) => <FlowFileEditor key={slug} flow={flow} line={line ?? null} />}</FlowFrame>;
}
