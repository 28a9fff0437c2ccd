import { CopyButton } from "./Copy.tsx";

/** A text that is never shown again: whole, to copy, with what it is for. */
export function ShownOnce({ text, label, copy, what }: { text: string; label: string; copy: string; what: string }) {
  return (
    <div className="motion-appear rounded-md border border-done/40 bg-done/5 px-3 py-2.5 text-13">
      <p className="font-medium">{label}</p>
      <div className="mt-1.5 flex items-start gap-1 rounded-md border border-line bg-surface-0 py-1 pr-1 pl-2.5">
        <code className="min-w-0 flex-1 py-1 font-mono text-12 break-all select-all">{text}</code>
        <CopyButton text={text} label={copy} />
      </div>
      <p className="mt-1.5 text-12 text-text-2">{what}</p>
    </div>
  );
}
