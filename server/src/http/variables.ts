import { deleteVariable } from "../flows/delete-variable.ts";
import { listVariables } from "../flows/list-variables.ts";
import { putVariable } from "../flows/put-variable.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

export function variableHandlers(parts: HttpParts): Pick<Handlers, "listVariables" | "putVariable" | "deleteVariable"> {
  return {
    listVariables: async ({ principal, query }) => {
      const { items, next } = await listVariables(parts, principal.scope, query);
      return { status: 200, body: { items: [...items], next } };
    },
    putVariable: async ({ principal, params, body }) => ({
      status: 200,
      body: await putVariable(parts, principal.scope, params.name, body.value, principal.shownId),
    }),
    deleteVariable: async ({ principal, params }) => {
      await deleteVariable(parts, principal.scope, params.name, principal.shownId);
      return { status: 204, body: null };
    },
  };
}
