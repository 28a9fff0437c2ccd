import { useEffect, useState } from "react";
import { say } from "../language.ts";
import { IconButton } from "./Button.tsx";
import { classes } from "./classes.ts";
import { useNotices } from "./Notices.tsx";

/** Copies the text; the icon says so for a moment, and a refusal of the browser is told. */
export function CopyButton({ text, label, className }: { text: string; label: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  const { tell } = useNotices();
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => tell(say.copied.no),
    );
  return (
    <>
      <IconButton
        label={label}
        icon={copied ? "check" : "copy"}
        onClick={() => void copy()}
        className={classes(copied && "text-done", className)}
      />
      <span role="status" className="sr-only">
        {copied ? say.copied.yes : ""}
      </span>
    </>
  );
}

/** The end of an id, which is the part that differs, with the whole on hover and to copy; `quiet` in rows, where it comes with the pointer. */
export function CopyId({ id, quiet = false }: { id: string; quiet?: boolean }) {
  return (
    <span className="inline-flex items-center gap-0.5 align-middle font-mono text-12">
      <span title={id}>{shortId(id)}</span>
      <CopyButton
        text={id}
        label={say.copy.id(id)}
        className={classes("-my-1", quiet && "can-hover:opacity-0 group-hover:opacity-100 focus-visible:opacity-100")}
      />
    </span>
  );
}

/** `run_…7qk3zt9f`: the kind and the last eight characters. */
export function shortId(id: string): string {
  const [kind, rest = ""] = id.split("_");
  return rest.length > 12 ? `${kind}_…${rest.slice(-8)}` : id;
}
