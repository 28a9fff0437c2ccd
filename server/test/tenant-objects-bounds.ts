/** What flows may do and spend, and what waits for a person's word. */
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { showId } from "../src/core/id.ts";
import { eventually } from "./steward-home.ts";
import type { Making } from "./tenant-objects-making.ts";

const ids = systemIds(() => Date.now());

/** Grants, limits and budgets, of the project and of the organization; approvals that wait. */
export async function makeBounds(making: Making): Promise<void> {
  const { made, things, organization, letter, mark } = making;
  const id = async (path: string, body: object): Promise<string> => String((await made("POST", path, body))["id"]);
  const at = `/v1/organizations/${showId("org", organization)}`;
  for (const slug of ["shared", `only-${letter}`]) await makeConnection(making, slug);
  things.connectionSlug.push(`only-${letter}`);
  const account = String((await made("GET", "/v1/account"))["id"]);
  things.account.push(account);
  things.grantee.push(`flow:only-${letter}1`, `member:${account}`);
  things.approver.push(`member:${account}`, `role:${things.role[0]!}`);
  const line = { actions: ["gmail.send"], when: [{ field: "subject", in: [mark] }] };
  const limit = { lines: [{ actions: ["gmail.send"], rate: [{ times: 1000, per: "day" }] }], note: mark };
  const budget = { unit: "calls", amount: 1_000_000, period: "total" };
  await id("/v1/budgets", { ...budget, level: "member", subject: account });
  await id("/v1/grants", { to: "project", connection: `only-${letter}`, lines: [line] });
  for (const n of [1, 2]) {
    const form = { to: `flow:only-${letter}${n}`, connection: "shared", lines: [line], note: mark };
    things.grant.push(await id("/v1/grants", form));
    things.limit.push(await id("/v1/limits", limit));
    things.organizationLimit.push(await id(`${at}/limits`, limit));
    things.budget.push(await id("/v1/budgets", { ...budget, level: "flow", subject: `only-${letter}${n}` }));
    things.organizationBudget.push(await id(`${at}/budgets`, budget));
  }
  await makeApprovals(making);
  await makeOutbound(making);
}

/** What left for a host: of each flow, of a connection, and of each run that a name may be. */
async function makeOutbound({ admin, project, things, letter }: Making): Promise<void> {
  for (const [n, cause] of things.run.entries())
    await admin.query({
      text: `insert into steward.outbound_effects (project, cause, id, place, attempt, flow, action, host, connection, at)
        select $1, $2, 'e1', 'send', 1, $3, 'gmail.send', 'gmail.googleapis.com', $4, now()`,
      values: [project, cause, `only-${letter}${(n % 2) + 1}`, await shownConnection(admin, project, letter)],
    });
}

async function shownConnection(admin: Making["admin"], project: string, letter: string): Promise<string> {
  const { rows } = await admin.query<{ id: string }>({
    text: "select id from steward.connections where project = $1 and slug = $2",
    values: [project, `only-${letter}`],
  });
  return showId("con", rows[0]!.id);
}

/** In the table itself: what asks a provider can't be made without one. */
async function makeConnection({ admin, organization, project }: Making, slug: string): Promise<void> {
  await admin.query({
    text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, created_at, created_by)
      values ($1, $2, $3, $4, 'gmail', 'none', 'active', now(), 'test')`,
    values: [organization, project, ids.uuid(), slug],
  });
}

/** A step that asks the owners. */
export function askStep(mark: string): object {
  return { id: "ask", kind: "approval", input: { message: mark, to: ["role:owner"], show: { mark } } };
}

/** Of runs of their own; those of `makeFlows` ask too. People are told of all of them. */
async function makeApprovals({ made, call, things, admin, project, mark }: Making): Promise<void> {
  await made("PUT", "/v1/flows/asks", { format: 1, name: `Asks ${mark}`, steps: [askStep(mark)] });
  await made("POST", "/v1/flows/asks/publish");
  for (const _ of [1, 2, 3]) {
    const run = String((await made("POST", "/v1/flows/asks/runs", {}))["id"]);
    const approval = await eventually(`${run} asks`, 10_000, async () => {
      const { items } = (await call("GET", `/v1/approvals?run=${run}`)).json() as { items: { id: string }[] };
      return items[0]?.id ?? null;
    });
    things.approval.push(approval);
  }
  await eventually("everybody was told", 15_000, async () => {
    const text = "select from steward.approvals where project = $1 and told = '{}'";
    return (await admin.query({ text, values: [project] })).count === 0 ? true : null;
  });
}
