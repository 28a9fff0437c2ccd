import { changeBudget, endBudget, listBudgets, setBudget } from "../grants/budgets.ts";
import {
  changeOrganizationBudget,
  endOrganizationBudget,
  listOrganizationBudgets,
  setOrganizationBudget,
} from "../grants/organization-budgets.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type BudgetRoutes = "listBudgets" | "setBudget" | "changeBudget" | "endBudget";
type OrganizationBudgetRoutes =
  | "listOrganizationBudgets"
  | "setOrganizationBudget"
  | "changeOrganizationBudget"
  | "endOrganizationBudget";

/** What may be spent, and what was. */
export function budgetHandlers(parts: HttpParts): Pick<Handlers, BudgetRoutes | OrganizationBudgetRoutes> {
  return { ...ofProjects(parts), ...ofOrganizations(parts) };
}

function ofProjects(parts: HttpParts): Pick<Handlers, BudgetRoutes> {
  return {
    listBudgets: async ({ principal, query }) => ({ status: 200, body: await listBudgets(parts, principal, query) }),
    setBudget: async ({ principal, body }) => ({ status: 201, body: await setBudget(parts, principal, body) }),
    changeBudget: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeBudget(parts, principal, params.budget, body),
    }),
    endBudget: async ({ principal, params }) => {
      await endBudget(parts, principal, params.budget);
      return { status: 204, body: null };
    },
  };
}

function ofOrganizations(parts: HttpParts): Pick<Handlers, OrganizationBudgetRoutes> {
  return {
    listOrganizationBudgets: async ({ principal, query }) => ({
      status: 200,
      body: await listOrganizationBudgets(parts, principal.organization, query),
    }),
    setOrganizationBudget: async ({ principal, body }) => ({
      status: 201,
      body: await setOrganizationBudget(parts, principal, principal.organization, body),
    }),
    changeOrganizationBudget: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeOrganizationBudget(parts, principal, principal.organization, params.budget, body),
    }),
    endOrganizationBudget: async ({ principal, params }) => {
      await endOrganizationBudget(parts, principal, principal.organization, params.budget);
      return { status: 204, body: null };
    },
  };
}
