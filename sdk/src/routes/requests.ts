import { page } from "../api.ts";
import { RequestFilter, RequestNote } from "../api/requests.ts";
import { paging, type Route } from "../route.ts";

/** Who called what, for the owner's security. */
export const requestRoutes = {
  listRequests: {
    method: "GET",
    path: "/v1/requests",
    summary: "Who called this project's API, from where, newest first; kept for 90 days",
    access: { in: "project", needs: "key.read" },
    query: RequestFilter.extend(paging),
    answers: { 200: page(RequestNote) },
  },
  listInstallationRequests: {
    method: "GET",
    path: "/v1/installation/requests",
    summary: "Calls outside of projects and by nobody who is known, newest first; kept for 90 days",
    access: { in: "installation" },
    query: RequestFilter.extend(paging),
    answers: { 200: page(RequestNote) },
  },
} as const satisfies Record<string, Route>;
