/** As whom grants, limits, budgets and the audit know what runs: by its slug, which a flow shares with no agent. */
export function principalOf({ flow, isAgent }: { readonly flow: string; readonly isAgent?: boolean }): string {
  return `${isAgent === true ? "agent" : "flow"}:${flow}`;
}
