import { useEffect } from "react";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";

/** The calm page for a browser that nobody signed in: how to get in. */
export function SignedOut({ again }: { again: () => void }) {
  useEffect(() => {
    document.title = say.product;
  }, []);
  return (
    <main className="flex min-h-dvh items-start justify-center px-5 pt-[18vh]">
      <div className="motion-appear w-full max-w-md space-y-4">
        <img src="/icon.svg" alt="" className="size-10" />
        <div className="space-y-1">
          <h1 className="text-20 font-semibold">{say.signedOut.title}</h1>
          <p className="text-text-2">{say.signedOut.what}</p>
        </div>
        {say.signedOut.ways.map((way) => (
          <p key={way}>{way}</p>
        ))}
        <ul className="space-y-2">
          {say.signedOut.commands.map((command) => (
            <li
              key={command}
              className="flex h-9 items-center justify-between rounded-md border border-line bg-surface-1 pr-1 pl-3 font-mono text-13"
            >
              {command}
              <CopyButton text={command} label={say.copy.id(command)} />
            </li>
          ))}
        </ul>
        <Button onClick={again}>{say.signedOut.again}</Button>
      </div>
    </main>
  );
}
