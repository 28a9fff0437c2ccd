import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate } from "@tanstack/react-router";
import { useContext, useEffect, useState } from "react";
import { useClient } from "../api/client.ts";
import { isSignedOut } from "../api/explain.ts";
import { meQuery } from "../api/queries.ts";
import { listenToKeys, ShortcutContext, useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { LazyPalette } from "./LazyPalette.tsx";
import { Rail } from "./Rail.tsx";
import { ShortcutHelp } from "./ShortcutHelp.tsx";
import { SignedOut } from "./SignedOut.tsx";

/** What surrounds every page: the rail, the palette, the list of shortcuts; or the way in. */
export function Shell() {
  const me = useQuery(meQuery(useClient()));
  const registry = useContext(ShortcutContext);
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useEffect(() => listenToKeys(registry, document), [registry]);
  useShortcuts([
    { keys: "mod+k", label: say.keys.palette, run: () => setPalette(true) },
    { keys: "?", label: say.keys.help, run: () => setHelp(true) },
    { keys: "g f", label: say.keys.go.flows, run: () => void navigate(paths.flows()) },
    { keys: "g r", label: say.keys.go.runs, run: () => void navigate(paths.runs()) },
    { keys: "g s", label: say.keys.go.settings, run: () => void navigate(paths.settings()) },
  ]);
  if (isSignedOut(me.error)) return <SignedOut again={() => void me.refetch()} />;
  return (
    <div className="flex h-dvh max-md:flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-float focus:px-3 focus:py-2 focus:shadow-float"
      >
        {say.skip}
      </a>
      <Rail project={me.data?.project.name ?? ""} openPalette={() => setPalette(true)} openHelp={() => setHelp(true)} />
      <main id="content" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
        <Outlet />
      </main>
      <LazyPalette open={palette} setOpen={setPalette} openHelp={() => setHelp(true)} />
      <ShortcutHelp open={help} setOpen={setHelp} />
    </div>
  );
}
