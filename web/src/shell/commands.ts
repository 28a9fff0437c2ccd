import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue } from "react";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { chooseTheme, THEMES } from "../theme.ts";
import { shortId } from "../ui/Copy.tsx";
import type { IconName } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";
import { useSignOut } from "./use-sign-out.ts";

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly icon: IconName;
  readonly run: () => void;
}

export interface CommandGroup {
  readonly value: string;
  readonly items: Command[];
}

const FOUND_MAX = 8;

type Navigate = ReturnType<typeof useNavigate>;

function to(id: string, label: string, icon: IconName, go: () => Promise<void>, note = ""): Command {
  return { id, label, note, icon, run: () => void go() };
}

function places(words: string, navigate: Navigate): Command[] {
  const all = [
    to("flows", say.nav.flows, "flows", () => navigate(paths.flows()), "G F"),
    to("runs", say.nav.runs, "runs", () => navigate(paths.runs()), "G R"),
    to("settings", say.nav.settings, "settings", () => navigate(paths.settings()), "G S"),
  ];
  if (!/^run_[0-9a-z]{26}$/.test(words)) return all;
  return [to(words, say.palette.openRun(shortId(words)), "runs", () => navigate(paths.run(words))), ...all];
}

function actions(navigate: Navigate, openHelp: () => void, signOut: () => void): Command[] {
  return [
    to("new", say.flows.new, "plus", () => navigate(paths.newFlow())),
    to("credential", say.settings.setCredential, "plus", () => navigate(paths.settings({ set: "credential" }))),
    to("variable", say.settings.setVariable, "plus", () => navigate(paths.settings({ set: "variable" }))),
    { id: "help", label: say.keys.help, note: "?", icon: "keyboard", run: openHelp },
    ...THEMES.map((theme): Command => ({
      id: `theme-${theme}`,
      label: say.palette.theme(say.theme[theme]),
      note: "",
      icon: "sun",
      run: () => chooseTheme(theme),
    })),
    { id: "sign-out", label: say.signOut, note: "", icon: "leave", run: signOut },
  ];
}

/** What can be gone to or done for the typed words; flows are searched by the server. What is listed fits what is typed at every moment: Enter takes it. */
export function useCommands(typed: string, openHelp: () => void): CommandGroup[] {
  const client = useClient();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const words = typed.trim();
  const asked = useDeferredValue(words);
  const flows = useQuery({
    queryKey: [...keys.flows, "palette", asked],
    queryFn: ({ signal }) =>
      client.listFlows({ search: asked === "" ? undefined : asked.slice(0, 200), limit: FOUND_MAX, signal }),
    placeholderData: (before) => before,
  });
  const runs = useQuery({
    queryKey: [...keys.runs, "palette"],
    queryFn: ({ signal }) => client.listRuns({ limit: 50, signal }),
  });
  const found = (commands: Command[], many = FOUND_MAX) =>
    commands
      .filter(({ id, label }) => id === words || `${label} ${id}`.toLowerCase().includes(words.toLowerCase()))
      .slice(0, many);
  const recent = (runs.data?.items ?? []).map(({ id, flow, status }) => {
    const label = say.palette.runOf(flow, shortId(id));
    return to(id, label, "runs", () => navigate(paths.run(id)), say.states[status]);
  });
  const named = (flows.data?.items ?? []).map(({ slug, name }) =>
    to(slug, visible(name), "flows", () => navigate(paths.flow(slug)), slug),
  );
  const { groups } = say.palette;
  return [
    { value: groups.go, items: found(places(words, navigate)) },
    { value: groups.flows, items: found(named) },
    { value: groups.runs, items: found(recent, words === "" ? 5 : FOUND_MAX) },
    { value: groups.actions, items: found(actions(navigate, openHelp, signOut)) },
  ].filter(({ items }) => items.length > 0);
}
