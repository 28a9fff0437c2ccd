import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useContext, useEffect, useState } from "react";
import { useClient } from "../api/client.ts";
import { isSignedOut } from "../api/explain.ts";
import { useProjectChoice } from "../api/project-choice.ts";
import {
  isOpen,
  mayIn,
  type Place,
  SessionContext,
  sessionQuery,
  type SignedIn,
  SignedInContext,
} from "../api/session.ts";
import { NoProject } from "../entry/NoProject.tsx";
import { listenToKeys, ShortcutContext, useShortcuts } from "../keys/use-shortcuts.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { GoTo } from "./GoTo.tsx";
import { LazyPalette } from "./LazyPalette.tsx";
import { PlainRail } from "./PlainRail.tsx";
import { Rail } from "./Rail.tsx";
import { ShortcutHelp } from "./ShortcutHelp.tsx";

/** What surrounds every page: who is signed in and where, the rail, the palette, the list of shortcuts; or the way in. */
export function Shell() {
  const session = useQuery(sessionQuery(useClient()));
  const { href } = useLocation();
  if (isSignedOut(session.error))
    return (
      <GoTo
        by={(navigate) => navigate({ ...paths.signIn({ next: href === "/" ? undefined : href }), replace: true })}
      />
    );
  if (session.isError)
    return (
      <div className="mx-auto max-w-lg p-8">
        <ErrorNote error={session.error} retry={() => void session.refetch()} />
      </div>
    );
  return session.data === undefined ? null : <Within signedIn={session.data} />;
}

/** The project of the address, else the one used last, else the first. */
function usePlace({ places }: SignedIn): Place | undefined {
  const choice = useProjectChoice();
  const { project } = useSearch({ strict: false });
  const wanted = project ?? choice.last(places.map((place) => place.project.id));
  const place = places.find((one) => one.project.id === wanted) ?? places[0];
  // While rendering, since the pages inside ask in the effects of their own first rendering, which come before ours.
  choice.choose(place?.project.id);
  return place;
}

function Within({ signedIn }: { signedIn: SignedIn }) {
  const here = usePlace(signedIn);
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
    { keys: "g o", label: say.keys.go.organization, run: () => void navigate(paths.organization()) },
    { keys: "g a", label: say.keys.go.account, run: () => void navigate(paths.account()) },
  ]);
  const { pathname } = useLocation();
  if (here === undefined && !standsAlone(pathname, signedIn)) return <NoProject signedIn={signedIn} />;
  return (
    <Signed signedIn={signedIn} here={here}>
      <div className="flex h-dvh max-md:flex-col">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-float focus:px-3 focus:py-2 focus:shadow-float"
        >
          {say.skip}
        </a>
        {here ? <Rail openPalette={() => setPalette(true)} openHelp={() => setHelp(true)} /> : <PlainRail />}
        {/* Another project's pages begin anew: nothing of the one before stays on them. The person's own stay. */}
        <main
          key={OWN.test(pathname) ? "own" : here?.project.id}
          id="content"
          tabIndex={-1}
          className="min-h-0 min-w-0 flex-1 outline-none"
        >
          <Outlet />
        </main>
        {here && <LazyPalette open={palette} setOpen={setPalette} openHelp={() => setHelp(true)} />}
        <ShortcutHelp open={help} setOpen={setHelp} />
      </div>
    </Signed>
  );
}

function Signed({ signedIn, here, children }: { signedIn: SignedIn; here: Place | undefined; children: ReactNode }) {
  return (
    <SignedInContext value={signedIn}>
      <SessionContext value={here ? { ...signedIn, here, may: mayIn(here) } : null}>{children}</SessionContext>
    </SignedInContext>
  );
}

/** Pages that are the person's or the installation's rather than a project's. */
const OWN = /^\/(?:account|installation)(?:\/|$)/;
const OF_ORGANIZATION = /^\/(?:organization|audit)(?:\/|$)/;

/** Whether a page works for somebody without a project. */
function standsAlone(pathname: string, { organizations, locked }: SignedIn): boolean {
  if (OWN.test(pathname)) return true;
  return OF_ORGANIZATION.test(pathname) && organizations.some((one) => isOpen(one, locked));
}
