import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/people.ts";
import type { ProjectPermission } from "../permissions.ts";
import { paging, type Route } from "../route.ts";

const organization = z.object({ organization: z.string().max(64) });
const project = organization.extend({ project: z.string().max(64) });
const projectMember = project.extend({ member: z.string().max(64) });
const key = z.object({ key: z.string().max(64) });

/**
 * What routes that name a project beneath its organization need in that project, beside `organization.read`. Whoever
 * has no `project.read` there is answered as if it weren't there.
 */
export const PROJECT_NEEDS = {
  getProject: "project.read",
  changeProject: "project.write",
  deleteProject: "project.delete",
  restoreProject: "project.delete",
  shredProject: "project.delete",
  listProjectMembers: "project.read",
  setProjectMember: "project.write",
  unsetProjectMember: "project.write",
} as const satisfies Record<string, ProjectPermission>;

/** Projects, who has which role in them, and their API keys. */
export const projectRoutes = {
  listProjects: {
    method: "GET",
    path: "/v1/organizations/{organization}/projects",
    summary: "The projects that the caller may enter",
    access: { in: "organization", needs: "organization.read" },
    params: organization,
    query: z.object({ ...paging, search: z.string().max(200).optional() }),
    answers: { 200: page(api.Project) },
  },
  createProject: {
    method: "POST",
    path: "/v1/organizations/{organization}/projects",
    summary: "Make a project with keys, database and volume of its own",
    access: { in: "organization", needs: "project.create" },
    params: organization,
    body: api.NewProject,
    answers: { 201: api.Project },
  },
  getProject: {
    method: "GET",
    path: "/v1/organizations/{organization}/projects/{project}",
    summary: "A project, and what the caller may do in it",
    access: { in: "organization", needs: "organization.read" },
    params: project,
    answers: { 200: api.Project },
  },
  changeProject: {
    method: "PATCH",
    path: "/v1/organizations/{organization}/projects/{project}",
    summary: "Change a project's name or time zone",
    access: { in: "organization", needs: "organization.read" },
    params: project,
    body: api.ProjectChange,
    answers: { 200: api.Project },
  },
  deleteProject: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/projects/{project}",
    summary: "Delete a project; recoverable for 30 days",
    access: { in: "organization", needs: "organization.read" },
    params: project,
    answers: { 204: z.null() },
  },
  restoreProject: {
    method: "POST",
    path: "/v1/organizations/{organization}/projects/{project}/restore",
    summary: "Bring a deleted project back",
    access: { in: "organization", needs: "organization.read" },
    params: project,
    answers: { 200: api.Project },
  },
  shredProject: {
    method: "POST",
    path: "/v1/organizations/{organization}/projects/{project}/shred",
    summary: "Destroy a deleted project's keys now: its content is unreadable everywhere, backups included, for good",
    access: { in: "organization", needs: "organization.read" },
    params: project,
    body: api.ShredProject,
    answers: { 200: z.object({ id: api.ProjectId, shreddedAt: z.string(), gone: z.array(z.string()) }) },
  },
  listProjectMembers: {
    method: "GET",
    path: "/v1/organizations/{organization}/projects/{project}/members",
    summary: "Who has another role in this project than in the organization",
    access: { in: "organization", needs: "member.read" },
    params: project,
    query: z.object(paging),
    answers: { 200: page(api.ProjectMember) },
  },
  setProjectMember: {
    method: "PUT",
    path: "/v1/organizations/{organization}/projects/{project}/members/{member}",
    summary: "Give a member another role in this project",
    access: { in: "organization", needs: "organization.read" },
    params: projectMember,
    body: api.ProjectMemberChange,
    answers: { 200: api.ProjectMember },
    problems: ["conflict"],
  },
  unsetProjectMember: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/projects/{project}/members/{member}",
    summary: "Let the member's role in the organization count in this project again",
    access: { in: "organization", needs: "organization.read" },
    params: projectMember,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
  listKeys: {
    method: "GET",
    path: "/v1/keys",
    summary: "API keys of the project, newest first",
    access: { in: "project", needs: "key.read" },
    query: z.object(paging),
    answers: { 200: page(api.ApiKey) },
  },
  createKey: {
    method: "POST",
    path: "/v1/keys",
    summary: "Make an API key; with no permission that the caller lacks",
    access: { in: "project", needs: "key.write" },
    body: api.NewApiKey,
    answers: { 201: api.MadeApiKey },
    secret: "key",
  },
  rotateKey: {
    method: "POST",
    path: "/v1/keys/{key}/rotate",
    summary: "Make a key's successor; the old one goes on for the overlap",
    access: { in: "project", needs: "key.write" },
    params: key,
    body: api.RotateApiKey,
    answers: { 201: api.MadeApiKey },
    secret: "key",
  },
  revokeKey: {
    method: "DELETE",
    path: "/v1/keys/{key}",
    summary: "End a key at once",
    access: { in: "project", needs: "key.write" },
    params: key,
    answers: { 204: z.null() },
  },
} as const satisfies Record<string, Route>;
