import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { bytesWords } from "../words.ts";
import type { Downloads } from "./use-download.ts";

const { download: words } = say.data.files;

/** How far a download is, and the way to stop it. */
export function DownloadProgress({ downloads: { going, stop } }: { downloads: Downloads }) {
  if (going === null) return null;
  const { name, gotBytes, bytes } = going;
  const got = bytesWords(gotBytes);
  return (
    <span className="inline-flex min-w-0 items-center gap-2 text-12 text-text-2">
      <span role="status" className="truncate">
        {words.going(name, bytes === null ? got : words.of(got, bytesWords(bytes)))}
      </span>
      <Button look="quiet" className="h-7" onClick={stop}>
        {words.stop}
      </Button>
    </span>
  );
}
