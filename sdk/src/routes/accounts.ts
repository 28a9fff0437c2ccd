import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/accounts.ts";
import type { Route } from "../route.ts";

/** A person's own account and sessions. Proofs (password, second factor, passkeys) are under `/v1/auth/`, see docs/sign-in.md. */
export const accountRoutes = {
  getEntrance: {
    method: "GET",
    path: "/v1/entrance",
    summary: "How one may sign up and in here",
    access: { in: "open" },
    answers: { 200: api.Entrance },
  },
  getAccount: {
    method: "GET",
    path: "/v1/account",
    summary: "The caller's own account",
    access: { in: "account" },
    answers: { 200: api.Account },
  },
  changeAccount: {
    method: "PATCH",
    path: "/v1/account",
    summary: "Change the caller's name",
    access: { in: "account" },
    body: api.AccountChange,
    answers: { 200: api.Account },
  },
  deleteAccount: {
    method: "DELETE",
    path: "/v1/account",
    summary: "Delete the caller's account; recoverable for 30 days by signing in",
    access: { in: "account" },
    answers: { 204: z.null() },
  },
  restoreAccount: {
    method: "POST",
    path: "/v1/account/restore",
    summary: "Bring the caller's deleted account back",
    access: { in: "account" },
    answers: { 200: api.Account },
  },
  listSessions: {
    method: "GET",
    path: "/v1/account/sessions",
    summary: "Where the caller is signed in",
    access: { in: "account" },
    answers: { 200: page(api.Session) },
  },
  endSession: {
    method: "DELETE",
    path: "/v1/account/sessions/{session}",
    summary: "End one of the caller's sessions at once",
    access: { in: "account" },
    params: z.object({ session: z.string().max(100) }),
    answers: { 204: z.null() },
  },
  endOtherSessions: {
    method: "DELETE",
    path: "/v1/account/sessions",
    summary: "End all of the caller's sessions but this one",
    access: { in: "account" },
    answers: { 200: z.object({ ended: z.int() }) },
  },
} as const satisfies Record<string, Route>;
