/** Which project the page's calls act in: one at a time, the address's before the one used last. */
import { createContext, useContext } from "react";

const KEPT = "steward.project";

export interface ProjectChoice {
  /** What goes along with every call; undefined before anybody is known. */
  readonly id: () => string | undefined;
  /** The one that this browser used last, whoever it was. */
  readonly last: () => string | undefined;
  /** For finding out whether it is there: goes along with calls, and is not remembered. */
  readonly ask: (id: string) => void;
  readonly choose: (id: string | undefined) => void;
}

export function createProjectChoice(storage: Storage): ProjectChoice {
  let chosen: string | undefined;
  return {
    id: () => chosen,
    last: () => storage.getItem(KEPT) ?? undefined,
    ask(id) {
      chosen = id;
    },
    choose(id) {
      chosen = id;
      if (id !== undefined) storage.setItem(KEPT, id);
    },
  };
}

export const ProjectChoiceContext = createContext<ProjectChoice | null>(null);

export function useProjectChoice(): ProjectChoice {
  const choice = useContext(ProjectChoiceContext);
  if (!choice) throw new Error("ProjectChoiceContext is not provided");
  return choice;
}
