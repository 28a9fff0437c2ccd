/** A person who connects the strict provider, as a browser and the API make each step. */
import { expect } from "vitest";
import { type HttpOptions, type TestHttp, testHttp, type TestPerson } from "../../test/http-server.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import { CLIENT, strictProvider, type StrictProvider } from "./strict-provider.testsuite.ts";

export interface Shown {
  readonly connection: Record<string, unknown> & { readonly slug: string };
  readonly asks: readonly { scope: string; means: string; for: string[] }[];
  readonly authorizationUrl: string;
}

export interface Connecting {
  readonly provider: StrictProvider;
  readonly http: TestHttp;
  readonly ann: TestPerson;
  /** Asks for a consent. */
  ask(actions: readonly string[], slug?: string, who?: TestPerson, more?: object): Promise<Shown>;
  /** Comes back from the provider: first as from another site, then from our own page. Gives where that leads. */
  comeBack(url: URL, who?: TestPerson | null): Promise<string>;
  shown(slug?: string, who?: TestPerson): Promise<Record<string, unknown>>;
  /** All of it. */
  connect(actions?: readonly string[], slug?: string, more?: object): Promise<ConnectionPlace>;
  place(slug?: string): Promise<ConnectionPlace>;
  close(): Promise<void>;
}

export async function connecting(more: HttpOptions = {}): Promise<Connecting> {
  const provider = await strictProvider();
  const connections = { connectors: [provider.connector], clients: { box: CLIENT }, ...more.connections };
  const http = await testHttp({ ...more, connections });
  const ann = await http.signIn();
  const it: Connecting = {
    provider,
    http,
    ann,
    async ask(actions, slug = "box", who = ann, also = {}) {
      const body = { connector: "box", slug, actions, ...also };
      const answer = await who.call("POST", "/v1/connections", { body });
      expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
      return answer.json() as unknown as Shown;
    },
    async comeBack(url, who = ann) {
      const target = `${url.pathname}${url.search}`;
      const first = await http.call("GET", target, { anonymous: true, headers: { "sec-fetch-site": "cross-site" } });
      expect([first.status, first.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      const again = /content="0;url=([^"]+)"/.exec(first.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
      const headers = { "sec-fetch-site": "same-origin", ...(who && { cookie: who.cookie }) };
      const second = await http.call("GET", again, { anonymous: true, headers });
      expect(second.status).toBe(303);
      return String(second.headers["location"]);
    },
    shown: async (slug = "box", who = ann) => (await who.call("GET", `/v1/connections/${slug}`)).json(),
    async connect(actions = ["box.look"], slug = "box", also = {}) {
      const { authorizationUrl } = await it.ask(actions, slug, ann, also);
      expect(await it.comeBack(await provider.consent(authorizationUrl))).toMatch(/connected=1$/);
      return await it.place(slug);
    },
    async place(slug = "box") {
      const { rows } = await http.db.admin.query<ConnectionPlace>({
        text: "select organization, project, id from steward.connections where slug = $1 order by id desc limit 1",
        values: [slug],
      });
      return rows[0]!;
    },
    async close() {
      await http.close();
      await provider.close();
    },
  };
  return it;
}
