/** Grants for tests: a real HTTP surface with a connection and flows, and people in every role. */
import { showId } from "../core/id.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { readActs } from "../people/people.testsuite.ts";
import { type HttpOptions, testHttp, type TestAnswer, type TestHttp, type TestPerson } from "../../test/http-server.ts";

export interface GrantWorld {
  readonly http: TestHttp;
  readonly owner: TestPerson;
  /** A connection that is there and needs no secret. Gives its UUID. */
  connect(slug: string, more?: { connector?: string; owner?: string; flow?: string; status?: string }): Promise<string>;
  flow(slug: string, name?: string): Promise<void>;
  acts(action?: string): Promise<AuditEntry[]>;
  close(): Promise<void>;
}

export async function grantWorld(options: HttpOptions = {}): Promise<GrantWorld> {
  const http = await testHttp(options);
  const { organization, project } = http.installed;
  const owner = await http.signIn({ name: "Olive" });
  return {
    http,
    owner,
    async connect(slug, { connector = "gmail", owner: whose, flow, status = "active" } = {}) {
      const id = http.parts.ids.uuid();
      await http.db.admin.query({
        text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, owner, flow, created_at, created_by)
          values ($1, $2, $3, $4, $5, 'none', $6, $7, $8, now(), 'test')`,
        values: [organization, project, id, slug, connector, status, whose ?? null, flow ?? null],
      });
      return id;
    },
    async flow(slug, name = slug) {
      const file = { format: 1, name, steps: [{ id: "out", kind: "set", input: {} }] };
      const answer = await http.call("PUT", `/v1/flows/${slug}`, { body: file });
      if (answer.status >= 300) throw new Error(answer.text);
    },
    async acts(action) {
      const all = await readActs(http.db, organization);
      return action === undefined ? all : all.filter((one) => one.action === action);
    },
    close: () => http.close(),
  };
}

export const accountText = ({ account }: Pick<TestPerson, "account">): string => showId("acc", account);

/** The code and field of a refusal, or the status of what is none. */
export function refusal({ status, json }: TestAnswer): unknown {
  if (status < 400) return status;
  const { code, field } = json();
  return field === undefined ? code : [code, field];
}
