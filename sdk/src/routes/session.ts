import { z } from "zod";
import * as api from "../api.ts";
import { type Route } from "../route.ts";

/** Who calls, and the way in and out. */
export const sessionRoutes = {
  me: {
    method: "GET",
    path: "/v1/me",
    summary: "Who calls, in which project, and what they may",
    access: { in: "project", needs: "project.read" },
    answers: { 200: api.Me },
  },
  createLink: {
    method: "POST",
    path: "/v1/session-links",
    summary: "A link into the page that lets in once, for 15 minutes",
    access: { in: "account" },
    answers: { 201: api.SessionLink },
    secret: "url",
  },
  signOut: {
    method: "DELETE",
    path: "/v1/session",
    summary: "End the browser's session that makes this call",
    access: { in: "account" },
    answers: { 204: z.null() },
  },
} as const satisfies Record<string, Route>;
