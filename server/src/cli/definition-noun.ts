/** Flows and agents as commands see them: what is done to both is one command with two nouns. */
import type { Answer, Client, Draft, Flow, FlowDetail, Published, RawBody } from "@steward/sdk";

type Named = { readonly slug: string };
type Page = { readonly cursor?: string | undefined; readonly limit?: number | undefined };

export interface DefinitionNoun {
  readonly noun: "flow" | "agent";
  /** `a flow`, `an agent`. */
  readonly one: string;
  readonly list: (
    client: Client,
    query: Page & { readonly search?: string | undefined },
  ) => Promise<Answer<"listFlows">>;
  readonly get: (client: Client, slug: string) => Promise<FlowDetail>;
  readonly put: (client: Client, given: Named & { readonly body: RawBody }) => Promise<Draft>;
  readonly publish: (client: Client, slug: string) => Promise<Published & { readonly hints?: readonly string[] }>;
  readonly pause: (client: Client, slug: string) => Promise<Flow>;
  readonly resume: (client: Client, slug: string) => Promise<Flow>;
  readonly delete: (client: Client, slug: string) => Promise<Answer<"deleteFlow">>;
  readonly restore: (client: Client, slug: string) => Promise<Flow>;
  readonly versions: (client: Client, query: Named & Page) => Promise<Answer<"listVersions">>;
  readonly version: (client: Client, of: Named & { readonly version: number }) => Promise<Answer<"getVersion">>;
}

export const FLOW: DefinitionNoun = {
  noun: "flow",
  one: "a flow",
  list: (client, query) => client.listFlows(query),
  get: (client, slug) => client.getFlow({ slug }),
  put: (client, given) => client.putFlow(given),
  publish: (client, slug) => client.publishFlow({ slug }),
  pause: (client, slug) => client.pauseFlow({ slug }),
  resume: (client, slug) => client.resumeFlow({ slug }),
  delete: (client, slug) => client.deleteFlow({ slug }),
  restore: (client, slug) => client.restoreFlow({ slug }),
  versions: (client, query) => client.listVersions(query),
  version: (client, of) => client.getVersion(of),
};

export const AGENT: DefinitionNoun = {
  noun: "agent",
  one: "an agent",
  list: (client, query) => client.listAgents(query),
  get: (client, slug) => client.getAgent({ slug }),
  put: (client, given) => client.putAgent(given),
  publish: (client, slug) => client.publishAgent({ slug }),
  pause: (client, slug) => client.pauseAgent({ slug }),
  resume: (client, slug) => client.resumeAgent({ slug }),
  delete: (client, slug) => client.deleteAgent({ slug }),
  restore: (client, slug) => client.restoreAgent({ slug }),
  versions: (client, query) => client.listAgentVersions(query),
  version: (client, of) => client.getAgentVersion(of),
};
