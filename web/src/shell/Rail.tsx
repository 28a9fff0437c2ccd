import { Link } from "@tanstack/react-router";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { IconButton } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Kbd } from "../ui/Kbd.tsx";
import { ThemeSwitch } from "./ThemeSwitch.tsx";
import { useSignOut } from "./use-sign-out.ts";

const ITEM =
  "flex h-8 items-center gap-2.5 rounded-md px-2 text-13 font-medium text-text-2 transition-colors hover:bg-surface-2 hover:text-text-1 aria-[current=page]:bg-surface-3/70 aria-[current=page]:text-text-1 max-md:gap-1.5";

/** The narrow rail at the left (a bar on top on a phone): the project, its places, the theme. */
export function Rail({
  project,
  openPalette,
  openHelp,
}: {
  project: string;
  openPalette: () => void;
  openHelp: () => void;
}) {
  const signOut = useSignOut();
  return (
    <header className="flex shrink-0 gap-1 border-line bg-surface-1 max-md:items-center max-md:border-b max-md:px-2 max-md:py-1.5 md:w-[216px] md:flex-col md:border-r md:p-3">
      <div className="flex h-8 min-w-0 items-center gap-2.5 px-1 max-md:shrink-0 md:mb-2">
        <img src="/icon.svg" alt="" className="size-6 shrink-0" />
        <span className="truncate font-semibold max-md:sr-only">{project === "" ? say.product : project}</span>
      </div>
      <button
        type="button"
        onClick={openPalette}
        className="flex h-8 items-center gap-2.5 rounded-md border border-line bg-surface-0 px-2 text-13 text-text-3 hover:text-text-1 max-md:order-last max-md:ml-auto max-md:border-transparent max-md:bg-transparent md:mb-2"
      >
        <Icon name="search" />
        <span className="flex-1 text-left max-md:sr-only">{say.palette.open}</span>
        <Kbd keys="mod+k" />
      </button>
      <nav aria-label={say.nav.label} className="flex gap-0.5 md:flex-col">
        <Link {...paths.flows()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="flows" className="max-md:hidden" />
          {say.nav.flows}
        </Link>
        <Link {...paths.runs()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="runs" className="max-md:hidden" />
          {say.nav.runs}
        </Link>
        <Link {...paths.settings()} activeOptions={{ includeSearch: false }} className={ITEM}>
          <Icon name="settings" className="max-md:hidden" />
          {say.nav.settings}
        </Link>
      </nav>
      <div className="flex items-center justify-between gap-2 max-md:hidden md:mt-auto">
        <ThemeSwitch />
        <span className="flex">
          <IconButton icon="keyboard" label={say.keys.title} onClick={openHelp} />
          <IconButton icon="leave" label={say.signOut} onClick={signOut} />
        </span>
      </div>
    </header>
  );
}
