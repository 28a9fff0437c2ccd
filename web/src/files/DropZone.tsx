import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { say } from "../language.ts";
import { useNotices } from "../ui/Notices.tsx";

/** Takes files that are dropped anywhere on it, and says where they would go while they hover. */
export function DropZone({
  folder,
  take,
  children,
}: {
  folder: string;
  /** Null where nothing may be dropped. */
  take: ((files: readonly File[]) => void) | null;
  children: ReactNode;
}) {
  const [over, setOver] = useState(false);
  // Entering a child counts before leaving its parent.
  const depth = useRef(0);
  const { tell } = useNotices();
  if (take === null) return children;
  const enter = (by: 1 | -1) => (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    const { files, folders } = filesOf(event.dataTransfer);
    if (folders) tell(say.data.files.uploads.folders);
    if (files.length > 0) take(files);
  };
  return (
    <div
      className="relative min-h-full"
      onDragEnter={enter(1)}
      onDragLeave={enter(-1)}
      onDragOver={(event) => carriesFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className="pointer-events-none absolute inset-2 z-20 flex items-center justify-center rounded-md border-2 border-dashed border-accent bg-surface-0/85 text-16 font-semibold">
          {say.data.files.drop(folder)}
        </div>
      )}
    </div>
  );
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer.types.includes("Files");
}

function isFolder(item: DataTransferItem): boolean {
  return item.webkitGetAsEntry()?.isDirectory === true;
}

function filesOf({ items }: DataTransfer): { readonly files: readonly File[]; readonly folders: boolean } {
  const all = [...items].filter(({ kind }) => kind === "file");
  const files = all.filter((item) => !isFolder(item)).map((item) => item.getAsFile());
  return { files: files.filter((file) => file !== null), folders: all.some(isFolder) };
}
