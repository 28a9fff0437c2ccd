/** Saving what streams out of the API as a file of the person's own. */
import type { Download } from "@steward/sdk";
import { useEffect, useRef, useState } from "react";
import { say } from "../language.ts";
import { useNotices } from "../ui/Notices.tsx";

/** The browser holds it until it is whole. */
const DOWNLOAD_BYTES_MAX = 2_000_000_000;
const TOLD_EVERY_BYTES = 262_144;
const KEPT_MS = 60_000;

export interface GoingDownload {
  readonly name: string;
  readonly gotBytes: number;
  /** Null where the server doesn't know beforehand. */
  readonly bytes: number | null;
}

export interface Downloads {
  readonly going: GoingDownload | null;
  /** One at a time; another one ends it. */
  readonly start: (name: string, open: (signal: AbortSignal) => Promise<Download>) => void;
  readonly stop: () => void;
}

/**
 * The calls of the page name their project in a header, which a link can't: so a download comes through the client, piece
 * by piece into a Blob (which browsers put on disk), and is handed over when it is whole, never torn.
 */
export function useDownload(): Downloads {
  const [going, setGoing] = useState<GoingDownload | null>(null);
  const stop = useRef<AbortController | null>(null);
  const { fail } = useNotices();
  useEffect(() => () => stop.current?.abort(), []);
  const start: Downloads["start"] = (name, open) => {
    stop.current?.abort();
    const control = new AbortController();
    stop.current = control;
    const tell = (gotBytes: number, bytes: number | null) => {
      if (stop.current === control) setGoing({ name, gotBytes, bytes });
    };
    tell(0, null);
    fetchBlob(open, control.signal, tell)
      .then((blob) => save(blob, name))
      .catch((error: unknown) => control.signal.aborted || fail(error))
      .finally(() => {
        if (stop.current === control) setGoing(null);
      });
  };
  return { going, start, stop: () => stop.current?.abort() };
}

async function fetchBlob(
  open: (signal: AbortSignal) => Promise<Download>,
  signal: AbortSignal,
  tell: (gotBytes: number, bytes: number | null) => void,
): Promise<Blob> {
  const download = await open(signal);
  const { bytes, mediaType, pieces } = download;
  if ((bytes ?? 0) > DOWNLOAD_BYTES_MAX) throw tooLarge();
  const source = pieces[Symbol.asyncIterator]();
  let got = 0;
  let told = 0;
  let broken: unknown;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await source.next();
        if (piece.done === true) return controller.close();
        got += piece.value.byteLength;
        if (got > DOWNLOAD_BYTES_MAX) throw tooLarge();
        if (got - told >= TOLD_EVERY_BYTES) {
          told = got;
          tell(got, bytes);
        }
        controller.enqueue(piece.value);
      } catch (error) {
        broken = error;
        await source.return?.();
        throw error;
      }
    },
  });
  try {
    return await new Response(stream, { headers: { "content-type": mediaType } }).blob();
  } catch (error) {
    // Some browsers put an error of their own in its place.
    throw broken ?? error;
  }
}

function tooLarge(): Error {
  return new Error(say.data.files.download.tooLarge("2 GB"));
}

/** As if the person had followed a link to it. */
function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Browsers take hold of it in their own time.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
