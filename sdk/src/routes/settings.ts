import { z } from "zod";
import * as api from "../api.ts";
import { Ended } from "../api/connections.ts";
import { Identifier } from "../flow-file.ts";
import { byFlow, paging, type Route } from "../route.ts";

/** Credentials, variables, examples. */
export const settingRoutes = {
  listCredentials: {
    method: "GET",
    path: "/v1/credentials",
    summary: "Credentials, without their secrets",
    access: { in: "project", needs: "credential.read" },
    query: z.object(paging),
    answers: { 200: api.page(api.Credential) },
  },
  putCredential: {
    method: "PUT",
    path: "/v1/credentials/{slug}",
    summary: "Set a credential (write-only)",
    access: { in: "project", needs: "credential.write" },
    params: byFlow,
    body: api.PutCredential,
    answers: { 200: api.Credential },
  },
  deleteCredential: {
    method: "DELETE",
    path: "/v1/credentials/{slug}",
    summary: "Erase a credential; flows that use it are paused, and the answer says what that stopped",
    access: { in: "project", needs: "credential.write" },
    params: byFlow,
    answers: { 200: Ended },
  },
  listVariables: {
    method: "GET",
    path: "/v1/variables",
    summary: "Variables of the project",
    access: { in: "project", needs: "variable.read" },
    query: z.object(paging),
    answers: { 200: api.page(api.Variable) },
  },
  putVariable: {
    method: "PUT",
    path: "/v1/variables/{name}",
    summary: "Set a variable",
    access: { in: "project", needs: "variable.write" },
    params: z.object({ name: Identifier }),
    body: api.PutVariable,
    answers: { 200: api.Variable },
  },
  deleteVariable: {
    method: "DELETE",
    path: "/v1/variables/{name}",
    summary: "Erase a variable",
    access: { in: "project", needs: "variable.write" },
    params: z.object({ name: Identifier }),
    answers: { 204: z.null() },
  },
  listExamples: {
    method: "GET",
    path: "/v1/examples",
    summary: "Example flow files that come with Steward",
    access: { in: "project", needs: "flow.read" },
    answers: { 200: api.page(api.Example) },
  },
} as const satisfies Record<string, Route>;
