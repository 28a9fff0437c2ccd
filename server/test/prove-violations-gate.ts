/** A violation of each promise about the gate, connections, models and money, and its end. */
import { model } from "../src/steps/model.ts";
import type { JsonObject } from "../src/core/json.ts";
import { PROOF_SCOPES } from "../src/store/proof-tenants.ts";
import { trigger, type Violation } from "./prove-harm.ts";

const [OWN] = PROOF_SCOPES;

/** The built step with something of what a model has said left out. */
function modelStepWithout(...names: readonly string[]): Pick<Violation, "plant" | "undo"> {
  const conclude = model.conclude?.bind(model);
  const put = (own: typeof conclude): void => void Object.assign(model, { conclude: own });
  return {
    plant() {
      put((input, outcome, performed) => {
        const concluded = conclude!(input, outcome, performed);
        if (concluded.kind !== "output") return concluded;
        const kept = Object.entries({ ...(concluded.output as JsonObject) }).filter(([name]) => !names.includes(name));
        return { ...concluded, output: Object.fromEntries(kept) };
      });
      return Promise.resolve();
    },
    undo: () => Promise.resolve(put(conclude)),
  };
}

/** Lets what secrets are wiped with write down what it wipes, as a part that keeps what it was lent would. */
function leakOfWiped(): Pick<Violation, "plant" | "undo"> {
  const { fill } = Buffer.prototype;
  return {
    plant({ admin }) {
      Buffer.prototype.fill = function (this: Buffer, ...given: Parameters<typeof fill>) {
        const text = this.length < 200 ? this.toString("base64") : "";
        if (given[0] === 0 && this.includes('"access":'))
          void admin.query({ text: `update steward.projects set name = '${text}' where id = '${OWN.project}'` });
        return fill.apply(this, given);
      } as typeof fill;
      return Promise.resolve();
    },
    async undo({ admin }) {
      Buffer.prototype.fill = fill;
      await admin.query({ text: `update steward.projects set name = 'Proof' where id = '${OWN.project}'` });
    },
  };
}

/** The entries of effects name another cause, until it is undone. */
function namelessEffects(): Pick<Violation, "plant" | "undo"> {
  const of = `project_entries.organization = '${OWN.organization}'`;
  const { plant, undo } = trigger(
    "steward.audit_batches",
    "insert",
    `if new.entries::text like '%"target":_"run\\_%' or new.entries::text like '%"target": "run\\_%' then
       new.entries := replace(new.entries::text, '"run_', '"xun_')::jsonb; end if; return new;`,
  );
  return {
    plant,
    undo: `${undo}; update steward.audit_batches project_entries
      set entries = replace(entries::text, '"xun_', '"run_')::jsonb where ${of} and entries::text like '%"xun\\_%'`,
  };
}

const always = `create or replace function steward.reserve(given_organization uuid, given_project uuid, at timestamptz, runs uuid[], effects text[], caps uuid[], periods text[],
  amounts bigint[], maxes bigint[]) returns table (run uuid, effect text, reserved text, cap uuid) language sql as $$
  select r, e, 'granted'::text, null::uuid from unnest(runs, effects) as v (r, e) $$`;

let reserve = "";

export const GATE_VIOLATIONS: readonly Violation[] = [
  {
    id: "B3",
    what: "effects that leave no entry of their run",
    ...namelessEffects(),
    seen: /a try to reach http.* left no entry in the audit/,
  },
  {
    id: "C2",
    what: "a part that keeps what it was lent",
    ...leakOfWiped(),
    seen: /1 rows of projects hold a secret that was planted/,
  },
  {
    id: "C3",
    what: "connections that forget whose they are",
    ...trigger("steward.connections", "insert", "new.flow := null; new.owner := null; return new;"),
    seen: /an effect started by another person ended as done/,
  },
  {
    id: "C4",
    what: "connections that count as granted more than they were",
    ...trigger("steward.connections", "insert", "new.scopes := '{proof.read,proof.write}'; return new;"),
    seen: /an action beyond the granted scope ended as done/,
  },
  {
    id: "C5",
    what: "tokens that outlive their grant",
    ...trigger(
      "steward.connections",
      "update",
      "if new.status = 'reauth_required' then new.status := 'active'; new.secret := old.secret; end if; return new;",
    ),
    seen: /tokens that the provider called dead are still kept/,
  },
  {
    id: "C6",
    what: "a row that keeps what it was",
    ...trigger(
      "steward.connections",
      "update",
      "if new.status = 'disconnected' then new.scopes := old.scopes; new.hosts := old.hosts; end if; return new;",
    ),
    seen: /after disconnecting there is still: scopes, hosts/,
  },
  {
    id: "C6",
    what: "a slot that is destroyed before the provider has confirmed",
    ...trigger(
      "steward.revocations",
      "update",
      "if new.attempt > old.attempt then new.slot := null; new.status := 'failed'; end if; return new;",
    ),
    seen: /destroyed before the provider had confirmed/,
  },
  {
    id: "C7",
    what: "grants that can't be revoked",
    ...trigger("steward.grants", "update", "new.revoked_at := null; return new;"),
    seen: /a grant: a further effect ended as|a grant: an effect in flight/,
  },
  {
    id: "C7",
    what: "triggers that outlive what their flow rests on",
    ...trigger("steward.triggers", "update", "new.active := old.active or new.active; return new;"),
    seen: /the trigger told of a flow that was paused still stands|a delivery to a flow that was paused is answered/,
  },
  {
    id: "C8",
    what: "effects that name no run",
    ...namelessEffects(),
    seen: /an entry effect\.\w+ names xun_/,
  },
  {
    id: "C9",
    what: "connections that stay when their project goes",
    ...trigger(
      "steward.connections",
      "update",
      "if new.status = 'disconnected' then new.status := 'active'; new.secret := old.secret; end if; return new;",
    ),
    seen: /a connection still stands after/,
  },
  {
    id: "D3",
    what: "a model step that does not keep what it used",
    ...modelStepWithout("usage"),
    seen: /what a model step keeps has no usage/,
  },
  {
    id: "D6",
    what: "model connections that point elsewhere",
    ...trigger(
      "steward.connections",
      "insert",
      `new.address := 'http://elsewhere.proof.invalid'; new.hosts := '{elsewhere.proof.invalid}'; return new;`,
    ),
    seen: /a prompt went to elsewhere\.proof\.invalid/,
  },
  {
    id: "D9",
    what: "a model step that leaves out who wrote it",
    ...modelStepWithout("by"),
    seen: /keeps what a model wrote without a mark/,
  },
  {
    id: "G5",
    what: "a host that was reached and that no setting names",
    plant: `insert into steward.outbound_connections values (date_trunc('hour', now()), 'relay.example', 587, 'mail', 1, null, now(), now())`,
    undo: `delete from steward.outbound_connections where host = 'relay.example'`,
    seen: /relay\.example was reached for mail, and no setting names it/,
  },
  {
    id: "G5",
    what: "calls to unlisted hosts that nobody is told of",
    ...trigger(
      "steward.audit_batches",
      "insert",
      `if position('egress.unlisted' in new.entries::text) > 0 then return null; end if; return new;`,
    ),
    seen: /refused and not reported/,
  },
  {
    id: "H3",
    what: "caps that let everything through",
    async plant({ admin }) {
      const { rows } = await admin.query<{ text: string }>({
        text: "select pg_get_functiondef('steward.reserve'::regproc) as text",
      });
      reserve = rows[0]!.text;
      await admin.query({ text: always });
    },
    undo: async ({ admin }) => void (await admin.query({ text: reserve })),
    seen: /50 of 50 at once were let through, of 10/,
  },
];
