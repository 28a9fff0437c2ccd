import type { File } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { visible } from "../visible.ts";
import { bytesWords } from "../words.ts";
import { IMAGE_BYTES_MAX, type Preview, readPreview, TEXT_BYTES_MAX } from "./read-preview.ts";

const { panel: words } = say.data.files;

/** An image or a text in place; of anything else that there is none. */
export function FilePreview({ file }: { file: File }) {
  const client = useClient();
  const { here } = useSession();
  const preview = useQuery({
    queryKey: [...dataKeys.files(here.project.id), "preview", file.id, file.version],
    queryFn: ({ signal }) => readPreview(client, file, signal),
    // A version never changes; what was shown is large and soon let go of.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
  });
  if (preview.isError) return <ErrorNote error={preview.error} retry={() => void preview.refetch()} />;
  if (preview.data === undefined)
    return <div role="status" aria-label={say.loading} className="motion-late h-40 rounded-md bg-surface-2" />;
  return <Shown preview={preview.data} name={file.name} />;
}

function Shown({ preview, name }: { preview: Preview; name: string }) {
  switch (preview.kind) {
    case "image":
      return <ImagePreview address={preview.address} name={name} />;
    case "text":
      return (
        <>
          {/* Focusable, so that the keyboard scrolls it. */}
          <pre
            tabIndex={0}
            role="region"
            aria-label={words.previewOf(name)}
            className="max-h-[50vh] overflow-auto rounded-md border border-line bg-surface-1 p-3 font-mono text-12 break-words whitespace-pre-wrap"
          >
            {visible(preview.text)}
          </pre>
          {preview.cut && <p className="mt-1 text-12 text-text-3">{words.textCut(bytesWords(TEXT_BYTES_MAX))}</p>}
        </>
      );
    case "too_large":
      return <Without why={words.tooLarge(bytesWords(IMAGE_BYTES_MAX))} />;
    case "none":
    default:
      return <Without why={words.none} />;
  }
}

function ImagePreview({ address, name }: { address: string; name: string }) {
  const [broken, setBroken] = useState(false);
  if (broken) return <Without why={words.broken} />;
  return (
    <img
      src={address}
      alt={words.previewOf(name)}
      onError={() => setBroken(true)}
      className="max-h-[50vh] max-w-full rounded-md border border-line bg-surface-1 object-contain"
    />
  );
}

function Without({ why }: { why: string }) {
  return <p className="rounded-md border border-line bg-surface-1 px-3 py-6 text-center text-13 text-text-2">{why}</p>;
}
