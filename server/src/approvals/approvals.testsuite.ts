/** Approvals for tests: a run that waits, and what its flush would have written. */
import type { Approval } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import type { JsonObject } from "../core/json.ts";
import type { MailMessage } from "../core/mail-message.ts";
import type { Party } from "../core/policy/decision.ts";
import { insertApproval, type StoredReason } from "../store/approvals.ts";
import { readInbox } from "../store/inbox.ts";
import { insertQueue } from "../store/queue.ts";
import { inScope } from "../store/scope.ts";
import type { TestPerson } from "../../test/http-server.ts";
import { grantWorld, type GrantWorld } from "../grants/grants.testsuite.ts";
import { type ApprovalTurns, createApprovalTurns } from "./approval-turns.ts";
import { digestOf, sealArguments } from "./sealed-approval.ts";

type Mailed = Extract<MailMessage, { template: "approval" }>;

export interface ApprovalWorld extends GrantWorld {
  readonly mails: Mailed[];
  /** Runs that were told to look into their inbox. */
  readonly woken: string[];
  readonly turns: ApprovalTurns;
  /** A run that waits for this approval. Gives both ids, as they are shown. */
  ask(more?: Asking): Promise<Asked>;
  read(id: string, by?: TestPerson): Promise<Approval>;
  /** What lies in the run's inbox, opened. */
  inbox(run: string): Promise<JsonObject[]>;
}

export interface Asking {
  readonly parties?: readonly Party[];
  readonly arguments?: JsonObject;
  readonly reasons?: readonly StoredReason[];
  readonly expiresHours?: number;
  readonly kind?: "effect" | "step";
  readonly action?: string;
  readonly flow?: string;
  readonly grant?: string;
}

export interface Asked {
  readonly id: string;
  /** UUIDs. */
  readonly uuid: string;
  readonly run: string;
  /** In hexadecimal, as a decision names it. */
  readonly digest: string;
}

export const MAIL = { to: ["bob@example.com"], subject: "Refund", text: "You get 20 EUR" };

/** Any of those whom the texts name. */
export function party(by: readonly string[], more: Partial<Party> = {}): Party {
  return { by, quorum: 1, remindHours: null, escalate: null, ...more };
}

export async function approvalWorld(): Promise<ApprovalWorld> {
  const mails: Mailed[] = [];
  const woken: string[] = [];
  const world = await grantWorld({
    parts: {
      approvals: {
        mail: { send: (_tx, message) => Promise.resolve(void mails.push(message as Mailed)) },
        publicUrl: () => "https://steward.test",
        message: () => Promise.resolve(),
        wake: (run) => void woken.push(run),
      },
    },
  });
  const { http } = world;
  const { parts, installed, clock, db } = http;
  const scope = { organization: installed.organization, project: installed.project };
  const connection = await world.connect("mail");
  let seq = 0;
  return {
    ...world,
    mails,
    woken,
    turns: createApprovalTurns(parts),
    async ask(more = {}) {
      const { keys } = await parts.projects.get(scope);
      const { action = "gmail.send", arguments: given = MAIL, kind = "effect", expiresHours = 72 } = more;
      const [uuid, run] = [parts.ids.uuid(), parts.ids.uuid()];
      const about = kind === "effect" && action.startsWith("gmail.") ? connection : null;
      const digest = digestOf(keys, { action, connection: about, arguments: given });
      const row = {
        id: uuid,
        run,
        flow: more.flow ?? "refund",
        step: "send",
        path: [3, 1],
        attempt: 1,
        seq: ++seq,
        kind,
        action,
        connection: about,
        grant: more.grant ?? null,
        digest,
        arguments: sealArguments(keys, uuid, given),
        parties: more.parties ?? [party(["role:owner"])],
        reasons: more.reasons ?? [{ kind: "step", field: null, of: null }],
        byModel: action === "gmail.send" ? ["body"] : [],
        createdMs: clock.nowMs(),
        expiresMs: clock.nowMs() + expiresHours * 3_600_000,
      };
      await inScope(db.database, scope, async (tx) => {
        for (const statement of insertQueue(scope.project, [{ run, dueMs: null, worker: null }]))
          await tx.query(statement);
        await tx.query(insertApproval(scope, row));
      });
      return { id: showId("apr", uuid), uuid, run, digest: digest.toString("hex") };
    },
    async read(id, by = world.owner) {
      const answer = await by.call("GET", `/v1/approvals/${id}`);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json() as Approval;
    },
    async inbox(run) {
      const { keys } = await parts.projects.get(scope);
      const rows = await readInbox(db.database, scope, run);
      return rows.map(({ id, body }) => {
        const plain = keys.run(run).open(placeOf("inbox", "body"), uuidBytes(id), body!);
        return JSON.parse(plain.toString()) as JsonObject;
      });
    },
  };
}
