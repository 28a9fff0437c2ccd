/** What a worker keeps at hand of each project it works for. */
import type { Keyring, ProjectKeys } from "../keyring/keyring.ts";
import type { Json } from "../core/json.ts";
import type { Scope } from "../store/scope.ts";

export interface Project extends Scope {
  readonly keys: ProjectKeys;
  /** The only region whose workers may lead its runs, as it was last heard; null: any. */
  readonly region: string | null;
  /** The project's variables as they are now; read again when they change. */
  variables: Readonly<Record<string, Json>>;
}

export interface Projects {
  /** A project by its ids, with its keys and variables at hand. */
  get(scope: Scope): Promise<Project>;
  /** The same without waiting, when it is at hand. */
  peek(project: string): Project | null;
  /** Reads the project's variables and region again before they are next used. */
  forget(project: string): void;
  /** The same for all: words may have been lost. */
  forgetAll(): void;
}

/** Projects held at hand at most; the one not used for longest goes first. */
const PROJECTS_MAX = 1000;

export function createProjects(
  keyring: Keyring,
  readVariables: (scope: Scope, keys: ProjectKeys) => Promise<Readonly<Record<string, Json>>>,
  readRegion: (scope: Scope) => Promise<string | null> = () => Promise.resolve(null),
): Projects {
  const held = new Map<string, Project>();
  const loading = new Map<string, Promise<Project>>();

  const load = async (scope: Scope): Promise<Project> => {
    const keys = await keyring.project(scope.organization, scope.project);
    const [variables, region] = await Promise.all([readVariables(scope, keys), readRegion(scope)]);
    return { ...pick(scope), keys, region, variables };
  };

  /** What is forgotten while it loads is not kept: it may be old already. */
  const loadAndHold = (scope: Scope): Promise<Project> => {
    const under = load(scope).then(
      (project) => {
        if (loading.get(scope.project) === under) {
          loading.delete(scope.project);
          held.set(scope.project, project);
          if (held.size > PROJECTS_MAX) held.delete(held.keys().next().value!);
        }
        return project;
      },
      (error: unknown) => {
        if (loading.get(scope.project) === under) loading.delete(scope.project);
        throw error;
      },
    );
    loading.set(scope.project, under);
    return under;
  };

  return {
    async get(scope) {
      const project = held.get(scope.project);
      if (project) {
        held.delete(scope.project);
        held.set(scope.project, project);
        return project;
      }
      return loading.get(scope.project) ?? loadAndHold(scope);
    },
    peek: (project) => held.get(project) ?? null,
    forget(project) {
      held.delete(project);
      loading.delete(project);
    },
    forgetAll() {
      held.clear();
      loading.clear();
    },
  };
}

const pick = ({ organization, project }: Scope): Scope => ({ organization, project });
