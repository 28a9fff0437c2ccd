import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useMatches, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useContext, useEffect, useState } from "react";
import { useClient } from "../api/client.ts";
import { isSignedOut } from "../api/explain.ts";
import { useProjectChoice } from "../api/project-choice.ts";
import {
  isOpen,
  mayIn,
  type Place,
  placeOf,
  placeQuery,
  seesProjects,
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
import { NoProjectShown } from "./NoProjectShown.tsx";
import { NoSuchProject } from "./NoSuchProject.tsx";
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
  if (session.isError) return <Failed error={session.error} retry={() => void session.refetch()} />;
  return session.data === undefined ? null : <Placed signedIn={session.data} />;
}

function Failed({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <div className="mx-auto max-w-lg p-8">
      <ErrorNote error={error} retry={retry} />
    </div>
  );
}

/** Finds the project to work in: the address's and no other, else the one used last, else the first. */
function Placed({ signedIn }: { signedIn: SignedIn }) {
  const choice = useProjectChoice();
  const { project: named } = useSearch({ strict: false });
  const known = placeOf(signedIn, { named, kept: choice.last() });
  const asked = known !== undefined && "ask" in known ? known.ask : null;
  // While rendering, since the pages inside ask in the effects of their own first rendering, which come before ours.
  if (asked !== null) choice.ask(asked);
  const found = useQuery({ ...placeQuery(useClient(), signedIn, asked ?? ""), enabled: asked !== null });
  if (asked !== null && found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (asked !== null && found.data === undefined) return null;
  const elsewhere = named === undefined ? signedIn.places[0] : undefined;
  const here = known === undefined || "ask" in known ? (found.data ?? elsewhere) : known;
  choice.choose(here?.project.id);
  return <Within signedIn={signedIn} here={here} />;
}

function Within({ signedIn, here }: { signedIn: SignedIn; here: Place | undefined }) {
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
  // Of the page that is shown, which the address is ahead of while another one is fetched.
  const pathname = useMatches({ select: (matches) => matches.at(-1)?.pathname ?? "/" });
  const without = here === undefined && !standsAlone(pathname, signedIn);
  const unplaced = without && signedIn.places.length === 0;
  if (unplaced && !keptFromProjects(signedIn)) return <NoProject signedIn={signedIn} />;
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
          {unplaced && <NoProjectShown />}
          {without && !unplaced && <NoSuchProject />}
          {!without && <Outlet />}
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

/** Whether there may be projects that the person's role doesn't show them; who can make one is led to that instead. */
function keptFromProjects({ organizations, locked }: SignedIn): boolean {
  const open = organizations.filter((one) => isOpen(one, locked));
  return (
    open.some((one) => !seesProjects(one)) && open.every(({ permissions }) => !permissions.includes("project.create"))
  );
}

/** Whether a page works for somebody without a project. */
function standsAlone(pathname: string, { organizations, locked }: SignedIn): boolean {
  if (OWN.test(pathname)) return true;
  return OF_ORGANIZATION.test(pathname) && organizations.some((one) => isOpen(one, locked));
}
