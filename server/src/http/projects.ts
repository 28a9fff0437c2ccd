import { changeProject } from "../people/change-project.ts";
import { createProject } from "../people/create-project.ts";
import { deleteProject } from "../people/delete-project.ts";
import { getProject } from "../people/get-project.ts";
import { listProjects } from "../people/list-projects.ts";
import { restoreProject } from "../people/restore-project.ts";
import { shredProject } from "../people/shred-project.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type ProjectRoutes =
  | "listProjects"
  | "createProject"
  | "getProject"
  | "changeProject"
  | "deleteProject"
  | "restoreProject"
  | "shredProject";

export function projectHandlers(parts: HttpParts): Pick<Handlers, ProjectRoutes> {
  return {
    listProjects: async ({ principal, query }) => ({
      status: 200,
      body: await listProjects(parts, principal, principal.organization, query),
    }),
    createProject: async ({ principal, body }) => ({
      status: 201,
      body: await createProject(parts, principal, principal.organization, body),
    }),
    getProject: async ({ principal, params }) => ({
      status: 200,
      body: await getProject(parts, principal, principal.organization, params.project),
    }),
    changeProject: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeProject(parts, principal, principal.organization, params.project, body),
    }),
    deleteProject: async ({ principal, params }) => {
      await deleteProject(parts, principal, principal.organization, params.project);
      return { status: 204, body: null };
    },
    restoreProject: async ({ principal, params }) => ({
      status: 200,
      body: await restoreProject(parts, principal, principal.organization, params.project),
    }),
    shredProject: async ({ principal, params, body }) => ({
      status: 200,
      body: await shredProject(parts, principal, principal.organization, params.project, body),
    }),
  };
}
