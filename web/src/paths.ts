/** Every address of the page as a function: `<Link {...paths.run(id)}>`, `navigate(paths.flows())`. */
import type { RowFilter, RunStatus } from "@steward/sdk";

export interface FlowsSearch {
  readonly search?: string | undefined;
}
export interface FlowSearch {
  readonly panel?: "run" | undefined;
}
export interface AgentsSearch {
  readonly panel?: "new" | undefined;
}
export interface AgentSearch {
  readonly panel?: "try" | undefined;
}
export interface FileSearch {
  readonly line?: number | undefined;
}
export interface RunsSearch {
  readonly flow?: string | undefined;
  readonly status?: RunStatus | undefined;
}
export interface RunSearch {
  /** The sequence number of the step record in focus. */
  readonly step?: number | undefined;
}
export interface SettingsSearch {
  readonly set?: "credential" | "variable" | undefined;
  /** The slug or name that is set again. */
  readonly name?: string | undefined;
}
export interface FilesSearch {
  readonly folder?: string | undefined;
  readonly search?: string | undefined;
  /** The id of the file in focus. */
  readonly file?: string | undefined;
  readonly panel?: "move" | "new-folder" | undefined;
  /** The folder that `panel` moves, when it is no file. */
  readonly move?: string | undefined;
  readonly view?: "deleted" | undefined;
}
export interface TablesSearch {
  readonly panel?: "new" | undefined;
}
export interface TableSearch {
  readonly filters?: readonly RowFilter[] | undefined;
  /** A column's name, with `:desc` for falling. */
  readonly sort?: string | undefined;
  readonly search?: string | undefined;
  readonly panel?: "add-row" | "add-column" | "filter" | "import" | "rename" | undefined;
  /** The name of the column in focus, or that a filter begins with. */
  readonly column?: string | undefined;
  /** The id of the row in focus. */
  readonly row?: string | undefined;
}

export interface EntrySearch {
  /** Where to go on once signed in: a path of this page. */
  readonly next?: string | undefined;
  /** Of a link from a mail. */
  readonly token?: string | undefined;
  /** The address that is filled in. */
  readonly email?: string | undefined;
  /** Why the last try did not work, as the way in says it. */
  readonly error?: string | undefined;
  readonly reason?: string | undefined;
}

export interface OrganizationSearch {
  /** Another organization than that of the project that is worked in. */
  readonly organization?: string | undefined;
}
export interface MembersSearch extends OrganizationSearch {
  readonly search?: string | undefined;
  readonly panel?: "invite" | undefined;
}
export interface RolesSearch extends OrganizationSearch {
  /** The custom role that is changed, or `new`. */
  readonly role?: string | undefined;
}
export interface OpenSearch extends OrganizationSearch {
  /** The id of what is in focus, or `new`. */
  readonly open?: string | undefined;
}
export interface SupportSearch extends OrganizationSearch {
  readonly panel?: "grant" | undefined;
}
export interface KeysSearch {
  readonly make?: true | undefined;
  /** The service account that a key is made for. */
  readonly member?: string | undefined;
  /** The key that gets a successor. */
  readonly rotate?: string | undefined;
}
/** `from` and `to` are times in UTC. */
export interface AuditSearch extends OrganizationSearch {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly flow?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly open?: string | undefined;
  readonly entry?: string | undefined;
}
export interface SinksSearch extends OrganizationSearch {
  readonly panel?: "add" | undefined;
}
export interface GrantsSearch {
  readonly connection?: string | undefined;
  readonly credential?: string | undefined;
  readonly ended?: boolean | undefined;
  /** The id of the grant in focus, or `new`. */
  readonly grant?: string | undefined;
  /** What a new one begins with: to whom, and for which actions, with commas. */
  readonly to?: string | undefined;
  readonly actions?: string | undefined;
}
export interface LimitsSearch {
  /** The id of the limit in focus, `new` or `new-organization`. */
  readonly limit?: string | undefined;
}
export interface SimulatorSearch {
  readonly principal?: string | undefined;
  readonly connection?: string | undefined;
  readonly credential?: string | undefined;
  readonly action?: string | undefined;
}
export interface BudgetsSearch {
  /** The id of the budget in focus, `new` or `new-organization`. */
  readonly budget?: string | undefined;
}
export interface ApprovalsSearch {
  /** Without it: those that ask the person. */
  readonly view?: "open" | "all" | undefined;
  readonly flow?: string | undefined;
  /** The id of the approval in focus. */
  readonly approval?: string | undefined;
}
export interface ConnectionsSearch {
  /** The slug of the connection in focus. */
  readonly open?: string | undefined;
  /** How a consent went, of which the provider sent the person back. */
  readonly connected?: boolean | undefined;
  readonly problem?: string | undefined;
}
export interface CatalogueSearch {
  readonly search?: string | undefined;
  readonly connector?: string | undefined;
  /** What a new connection begins with: its name, and what it is for, with commas. */
  readonly slug?: string | undefined;
  readonly actions?: string | undefined;
}
/** `from` and `to` are times in UTC. */
export interface OutboundSearch {
  readonly host?: string | undefined;
  readonly flow?: string | undefined;
  readonly connection?: string | undefined;
  /** The run, or the trigger, that caused it. */
  readonly cause?: string | undefined;
  readonly refused?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
export interface ImportedSearch {
  readonly search?: string | undefined;
  /** The id of the connector in focus, or `new`. */
  readonly connector?: string | undefined;
}
export interface ReceiptsSearch {
  readonly open?: string | undefined;
}
export interface MailSearch {
  readonly message?: string | undefined;
}

export const paths = {
  signIn: (search: EntrySearch = {}) => ({ to: "/sign-in", search }) as const,
  signUp: (search: EntrySearch = {}) => ({ to: "/sign-up", search }) as const,
  secondFactor: (search: EntrySearch = {}) => ({ to: "/two-factor", search }) as const,
  reset: (search: EntrySearch = {}) => ({ to: "/reset-password", search }) as const,
  account: () => ({ to: "/account" }) as const,
  organization: (search: MembersSearch = {}) => ({ to: "/organization", search }) as const,
  invitations: (search: Omit<MembersSearch, "search"> = {}) => ({ to: "/organization/invitations", search }) as const,
  serviceAccounts: (search: OpenSearch = {}) => ({ to: "/organization/service-accounts", search }) as const,
  roles: (search: RolesSearch = {}) => ({ to: "/organization/roles", search }) as const,
  projects: (search: OpenSearch = {}) => ({ to: "/organization/projects", search }) as const,
  signOn: (search: OpenSearch = {}) => ({ to: "/organization/sign-on", search }) as const,
  supportAccess: (search: SupportSearch = {}) => ({ to: "/organization/support", search }) as const,
  generalOrganization: (search: OrganizationSearch = {}) => ({ to: "/organization/general", search }) as const,
  audit: (search: AuditSearch = {}) => ({ to: "/audit", search }) as const,
  auditHeads: (search: OrganizationSearch = {}) => ({ to: "/audit/heads", search }) as const,
  auditSinks: (search: SinksSearch = {}) => ({ to: "/audit/sinks", search }) as const,
  installation: () => ({ to: "/installation" }) as const,
  mail: (search: MailSearch = {}) => ({ to: "/installation/mail", search }) as const,
  outbound: () => ({ to: "/installation/outbound" }) as const,
  proof: () => ({ to: "/installation/proof" }) as const,
  installationAudit: (search: Omit<AuditSearch, "organization"> = {}) =>
    ({ to: "/installation/audit", search }) as const,
  home: () => ({ to: "/" }) as const,
  flows: (search: FlowsSearch = {}) => ({ to: "/flows", search }) as const,
  newFlow: () => ({ to: "/new-flow" }) as const,
  flow: (slug: string, search: FlowSearch = {}) => ({ to: "/flows/$slug", params: { slug }, search }) as const,
  flowFile: (slug: string, search: FileSearch = {}) => ({ to: "/flows/$slug/file", params: { slug }, search }) as const,
  agents: (search: AgentsSearch = {}) => ({ to: "/agents", search }) as const,
  agent: (slug: string, search: AgentSearch = {}) => ({ to: "/agents/$slug", params: { slug }, search }) as const,
  runs: (search: RunsSearch = {}) => ({ to: "/runs", search }) as const,
  run: (id: string, search: RunSearch = {}) => ({ to: "/runs/$id", params: { id }, search }) as const,
  files: (search: FilesSearch = {}) => ({ to: "/files", search }) as const,
  tables: (search: TablesSearch = {}) => ({ to: "/tables", search }) as const,
  table: (table: string, search: TableSearch = {}) => ({ to: "/tables/$table", params: { table }, search }) as const,
  approvals: (search: ApprovalsSearch = {}) => ({ to: "/approvals", search }) as const,
  connections: (search: ConnectionsSearch = {}) => ({ to: "/connections", search }) as const,
  catalogue: (search: CatalogueSearch = {}) => ({ to: "/connections/catalogue", search }) as const,
  ledger: (search: OutboundSearch = {}) => ({ to: "/connections/outbound", search }) as const,
  imported: (search: ImportedSearch = {}) => ({ to: "/connections/imported", search }) as const,
  receipts: (search: ReceiptsSearch = {}) => ({ to: "/connections/receipts", search }) as const,
  grants: (search: GrantsSearch = {}) => ({ to: "/grants", search }) as const,
  limits: (search: LimitsSearch = {}) => ({ to: "/grants/limits", search }) as const,
  simulator: (search: SimulatorSearch = {}) => ({ to: "/grants/simulator", search }) as const,
  budgets: (search: BudgetsSearch = {}) => ({ to: "/budgets", search }) as const,
  settings: (search: SettingsSearch = {}) => ({ to: "/settings", search }) as const,
  apiKeys: (search: KeysSearch = {}) => ({ to: "/settings/keys", search }) as const,
};
