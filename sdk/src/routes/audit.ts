import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/audit.ts";
import { paging, type Route } from "../route.ts";

const organization = z.object({ organization: z.string().max(64) });
const sink = organization.extend({ sink: z.string().max(64) });
const entries = page(api.AuditEntry).extend({ names: api.AuditNames });
const filtered = z.object({ ...paging, ...api.AuditFilter.shape });

/** The audit log. */
export const auditRoutes = {
  listAudit: {
    method: "GET",
    path: "/v1/organizations/{organization}/audit",
    summary: "Entries of the audit log, newest first; a page may be short, or empty, while `next` goes on",
    access: { in: "organization", needs: "audit.read" },
    params: organization,
    query: filtered,
    answers: { 200: entries },
  },
  listAuditHeads: {
    method: "GET",
    path: "/v1/organizations/{organization}/audit/heads",
    summary: "The signed heads of the audit log, newest first",
    access: { in: "organization", needs: "audit.read" },
    params: organization,
    query: z.object(paging),
    answers: { 200: page(api.AuditHead) },
  },
  listAuditKeys: {
    method: "GET",
    path: "/v1/organizations/{organization}/audit/keys",
    summary: "The public keys that the audit log is signed with",
    access: { in: "organization", needs: "audit.read" },
    params: organization,
    answers: { 200: page(api.AuditKey) },
  },
  exportAudit: {
    method: "GET",
    path: "/v1/organizations/{organization}/audit/export",
    summary: "The audit log as JSON Lines, with what is needed to verify it without Steward",
    access: { in: "organization", needs: "audit.read" },
    params: organization,
    query: api.AuditSpan,
    gives: "application/jsonl",
    answers: { 200: z.string() },
  },
  listAuditSinks: {
    method: "GET",
    path: "/v1/organizations/{organization}/audit/sinks",
    summary: "Where the audit log is sent as it grows",
    access: { in: "organization", needs: "audit.read" },
    params: organization,
    answers: { 200: page(api.AuditSink) },
  },
  createAuditSink: {
    method: "POST",
    path: "/v1/organizations/{organization}/audit/sinks",
    summary: "Send the audit log somewhere, as it grows",
    access: { in: "organization", needs: "audit.write" },
    params: organization,
    body: api.NewAuditSink,
    answers: { 201: api.AuditSink },
  },
  deleteAuditSink: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/audit/sinks/{sink}",
    summary: "Send the audit log there no longer",
    access: { in: "organization", needs: "audit.write" },
    params: sink,
    answers: { 204: z.null() },
  },
  listInstallationAudit: {
    method: "GET",
    path: "/v1/installation/audit",
    summary: "Entries of the installation's own audit log, newest first",
    access: { in: "installation" },
    query: filtered,
    answers: { 200: entries },
  },
  exportInstallationAudit: {
    method: "GET",
    path: "/v1/installation/audit/export",
    summary: "The installation's own audit log as JSON Lines",
    access: { in: "installation" },
    query: api.AuditSpan,
    gives: "application/jsonl",
    answers: { 200: z.string() },
  },
} as const satisfies Record<string, Route>;
