import { useBlocker } from "@tanstack/react-router";
import { say } from "../language.ts";
import { Confirm } from "../ui/Confirm.tsx";
import { isUnderWay } from "./create-uploads.ts";
import type { PageUploads } from "./use-uploads.ts";

const { uploads: words } = say.data.files;

/** Asks before uploads under way are left behind: by going to another page or project, or by closing the window. */
export function LeaveUploads({ uploads: { list } }: { uploads: PageUploads }) {
  const going = list.some(isUnderWay);
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      going && (next.pathname !== current.pathname || projectOf(next.search) !== projectOf(current.search)),
    enableBeforeUnload: () => going,
    withResolver: true,
  });
  return (
    <Confirm
      open={status === "blocked"}
      close={() => reset?.()}
      title={words.leaveTitle}
      what={words.leaveWhat}
      verb={words.leave}
      act={() => proceed?.()}
    />
  );
}

function projectOf(search: unknown): unknown {
  return typeof search === "object" && search !== null && "project" in search ? search.project : undefined;
}
