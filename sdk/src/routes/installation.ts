import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/installation.ts";
import { paging, type Route } from "../route.ts";

/** The installation as a whole, for its operators. */
export const installationRoutes = {
  getInstallation: {
    method: "GET",
    path: "/v1/installation",
    summary: "What this installation is and how large",
    access: { in: "installation" },
    answers: { 200: api.Installation },
  },
  listOutbound: {
    method: "GET",
    path: "/v1/installation/outbound",
    summary: "What the installation itself connected to, newest hours first",
    access: { in: "installation" },
    query: z.object(paging),
    answers: { 200: page(api.OutboundConnections) },
  },
  listMail: {
    method: "GET",
    path: "/v1/installation/mail",
    summary: "The outbox, newest first; with its words where no mail server is set and nobody else can call",
    access: { in: "installation" },
    query: z.object(paging),
    answers: { 200: page(api.MailMessage) },
  },
  retryMail: {
    method: "POST",
    path: "/v1/installation/mail/{message}/retry",
    summary: "Send a message anew that could not be sent",
    access: { in: "installation" },
    params: z.object({ message: z.string().max(64) }),
    answers: { 202: api.MailMessage },
    problems: ["conflict"],
  },
} as const satisfies Record<string, Route>;
