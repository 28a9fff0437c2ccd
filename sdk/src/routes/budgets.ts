import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/budgets.ts";
import { paging, type Route } from "../route.ts";

const budget = z.object({ budget: z.string().max(64) });
const organization = z.object({ organization: z.string().max(64) });
const organizationBudget = organization.extend({ budget: z.string().max(64) });
const source = z.enum(["budget", "grant"]).optional();

/** What may be spent, and what was. */
export const budgetRoutes = {
  listBudgets: {
    method: "GET",
    path: "/v1/budgets",
    summary: "Budgets that count in the project, its organization's too, with what was spent and is reserved",
    access: { in: "project", needs: "budget.read" },
    query: z.object({ ...paging, source }),
    answers: { 200: page(api.Budget) },
  },
  setBudget: {
    method: "POST",
    path: "/v1/budgets",
    summary: "Set a budget of the project, a member, an agent, a flow or each run",
    access: { in: "project", needs: "budget.write" },
    body: api.NewBudget,
    answers: { 201: api.Budget },
    problems: ["conflict"],
  },
  changeBudget: {
    method: "PATCH",
    path: "/v1/budgets/{budget}",
    summary: "Change a budget's amount; below what is spent and reserved it lets nothing more through",
    access: { in: "project", needs: "budget.write" },
    params: budget,
    body: api.ChangeBudget,
    answers: { 200: api.Budget },
    problems: ["conflict"],
  },
  endBudget: {
    method: "DELETE",
    path: "/v1/budgets/{budget}",
    summary: "End a budget",
    access: { in: "project", needs: "budget.write" },
    params: budget,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
  listOrganizationBudgets: {
    method: "GET",
    path: "/v1/organizations/{organization}/budgets",
    summary: "Budgets of the organization, which span its projects",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organization,
    query: z.object({ ...paging, source }),
    answers: { 200: page(api.Budget) },
  },
  setOrganizationBudget: {
    method: "POST",
    path: "/v1/organizations/{organization}/budgets",
    summary: "Set a budget of the organization: what all its projects may spend together",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organization,
    body: api.NewOrganizationBudget,
    answers: { 201: api.Budget },
    problems: ["conflict"],
  },
  changeOrganizationBudget: {
    method: "PATCH",
    path: "/v1/organizations/{organization}/budgets/{budget}",
    summary: "Change a budget of the organization",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organizationBudget,
    body: api.ChangeBudget,
    answers: { 200: api.Budget },
    problems: ["conflict"],
  },
  endOrganizationBudget: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/budgets/{budget}",
    summary: "End a budget of the organization",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organizationBudget,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
} as const satisfies Record<string, Route>;
