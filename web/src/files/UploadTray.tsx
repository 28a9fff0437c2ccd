import { explained } from "../api/explain.ts";
import { say } from "../language.ts";
import { IconButton } from "../ui/Button.tsx";
import { classes } from "../ui/classes.ts";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";
import { bytesWords } from "../words.ts";
import { isUnderWay, type Upload } from "./create-uploads.ts";
import type { PageUploads } from "./use-uploads.ts";

const { uploads: words } = say.data.files;
const SHOWN_MAX = 100;

/** The uploads of this visit, below the list: how far each is, what did not work and why, the way to stop or repeat it. */
export function UploadTray({ uploads }: { uploads: PageUploads }) {
  const { list, clear } = uploads;
  if (list.length === 0) return null;
  const done = list.filter(({ state }) => state.kind === "done").length;
  return (
    <section
      aria-label={words.title}
      className="sticky bottom-0 z-10 border-t border-line bg-surface-0 shadow-float motion-rise"
    >
      <header className="flex h-9 items-center gap-2 px-4 text-13 md:px-6">
        <Icon name="upload" className="text-text-3" />
        <span role="status" className="flex-1 font-medium">
          {words.summary(done, list.length)}
        </span>
        {list.some((one) => !isUnderWay(one)) && <IconButton icon="close" label={words.clear} onClick={clear} />}
      </header>
      <ul className="max-h-52 overflow-y-auto pb-1">
        {list.slice(-SHOWN_MAX).map((upload) => (
          <UploadRow key={upload.id} upload={upload} uploads={uploads} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ upload, uploads }: { upload: Upload; uploads: PageUploads }) {
  const { id, path, state } = upload;
  const over = state.kind === "failed" || state.kind === "cancelled";
  return (
    <li className="relative flex min-h-8 items-center gap-3 px-4 text-13 md:px-6">
      <span className="min-w-0 flex-1 truncate" title={path}>
        {visible(path)}
      </span>
      <span
        className={classes(
          "shrink-0 text-right text-12",
          state.kind === "failed" ? "max-w-[60%] shrink break-words text-failed" : "text-text-3",
        )}
      >
        {stateWords(upload)}
      </span>
      {state.kind === "going" && (
        <progress
          aria-label={words.progress(path)}
          max={Math.max(1, upload.file.size)}
          value={state.sentBytes}
          className="h-1 w-24 shrink-0 max-md:w-12"
        />
      )}
      {over && <IconButton icon="again" label={words.retry(path)} onClick={() => uploads.retry(id)} />}
      {isUnderWay(upload) && <IconButton icon="close" label={words.cancel(path)} onClick={() => uploads.cancel(id)} />}
      {state.kind === "done" && <Icon name="check" className="mx-1.5 text-done" />}
    </li>
  );
}

function stateWords({ state, file }: Upload): string {
  const bytes = file.size;
  switch (state.kind) {
    case "waiting":
      return words.waiting;
    case "going":
      return state.sentBytes >= bytes && bytes > 0
        ? words.finishing
        : words.going(bytesWords(state.sentBytes), bytesWords(bytes));
    case "done":
      return state.version === 1 ? words.done : words.doneAgain(state.version);
    case "failed": {
      const { what, hint } = explained(state.error);
      return `${what} ${hint}`;
    }
    case "cancelled":
    default:
      return words.cancelled;
  }
}
