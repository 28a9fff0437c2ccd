import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { explained } from "../api/explain.ts";
import { say } from "../language.ts";
import { Button, IconButton } from "./Button.tsx";
import { Icon } from "./Icon.tsx";

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly hint: string | null;
  readonly failed: boolean;
  readonly undo: (() => void) | null;
}

interface Notices {
  /** Says what was done, with a way back where there is one. */
  readonly tell: (text: string, undo?: () => void) => void;
  /** Says what did not work, why, and what to do. */
  readonly fail: (error: unknown) => void;
}

const NOTICES_MAX = 3;
const SHOWN_MS = 7000;
const NoticesContext = createContext<Notices>({ tell: () => undefined, fail: () => undefined });

export function useNotices(): Notices {
  return useContext(NoticesContext);
}

/** What the page tells after an act: at most three, each until dismissed or, when nothing is wrong, for seven seconds. */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const nextId = useRef(0);
  const add = useCallback((notice: Omit<Notice, "id">) => {
    nextId.current += 1;
    const id = nextId.current;
    setNotices((before) => [...before, { ...notice, id }].slice(-NOTICES_MAX));
  }, []);
  const dismiss = useCallback((id: number) => setNotices((before) => before.filter((one) => one.id !== id)), []);
  const api = useMemo<Notices>(
    () => ({
      tell: (text, undo) => add({ text, hint: null, failed: false, undo: undo ?? null }),
      fail: (error) => {
        const { what, hint } = explained(error);
        add({ text: what, hint, failed: true, undo: null });
      },
    }),
    [add],
  );
  return (
    <NoticesContext value={api}>
      {children}
      <div
        role="status"
        className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2"
      >
        {notices.map((notice) => (
          <NoticeCard key={notice.id} notice={notice} dismiss={dismiss} />
        ))}
      </div>
    </NoticesContext>
  );
}

function NoticeCard({ notice, dismiss }: { notice: Notice; dismiss: (id: number) => void }) {
  const { id, failed, undo } = notice;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (failed || held) return undefined;
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [dismiss, id, failed, held]);
  return (
    <div
      className="motion-rise pointer-events-auto flex items-start gap-2.5 rounded-md border border-line bg-float py-2 pr-2 pl-3 text-13 shadow-float"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={failed ? "warning" : "check"} className={failed ? "mt-1.5 text-failed" : "mt-1.5 text-done"} />
      <p className="min-w-0 flex-1 py-1 break-words">
        {notice.text}
        {notice.hint !== null && <span className="block text-text-2">{notice.hint}</span>}
      </p>
      {undo && (
        <Button
          look="quiet"
          className="h-7 text-accent"
          onClick={() => {
            undo();
            dismiss(id);
          }}
        >
          {say.undo}
        </Button>
      )}
      <IconButton icon="close" label={say.dismiss} onClick={() => dismiss(id)} />
    </div>
  );
}
