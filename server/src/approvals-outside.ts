/** Approvals in channels put together: what the gate is told of them, and the installation's own runs that ask and hear there. */
import type { ApprovalsOutside, MessageToTell } from "./approvals/approval-parts.ts";
import { ASK_SLUG, HEAR_SLUG } from "./approvals/message-flows.ts";
import { createSlackApprovals } from "./approvals/slack-approvals.ts";
import { messagesToTell } from "./approvals/tell-slack.ts";
import type { Entry } from "./build-entry.ts";
import { knownActions } from "./core/actions/known-actions.ts";
import { AppError } from "./core/errors.ts";
import type { ApprovalMessages } from "./core/ports/approval-messages.ts";
import { invariant } from "./core/invariant.ts";
import type { Connectors } from "./core/ports/connectors.ts";
import type { Gate } from "./core/ports/gate.ts";
import type { Json } from "./core/json.ts";
import type { RunningEngine } from "./engine/create-engine.ts";
import { RUN_CHANNEL } from "./engine/engine-parts.ts";
import type { Projects } from "./engine/projects.ts";
import type { Versions } from "./engine/versions.ts";
import type { ActionPerformer } from "./gate/action.ts";
import { createPolicies } from "./gate/policy.ts";
import { writeApproval } from "./gate/write-approval.ts";
import type { Ground } from "./ground.ts";
import type { Interactivity } from "./http/slack-interactivity.ts";
import { INSTALLATION_SCOPE } from "./store/installation.ts";
import { readPolicy } from "./store/policy.ts";
import type { Scope } from "./store/scope.ts";

/** What of the engine is needed, which is built after the gate. */
export interface RunsOfApprovals {
  readonly versions: Pick<Versions, "published">;
  readonly projects: Projects;
  /** There from `begin` on: nothing is performed before. */
  readonly engine: () => RunningEngine;
  begin(engine: RunningEngine): void;
}

export function runsOfApprovals(projects: Projects, versions: Versions): RunsOfApprovals {
  let running: RunningEngine | null = null;
  return {
    versions,
    projects,
    engine() {
      invariant(running !== null, "nothing is performed before there is an engine");
      return running;
    },
    begin: (engine) => void (running = engine),
  };
}

export interface ApprovalRuns extends Pick<Interactivity, "hear"> {
  /** As `ApprovalsOutside.message`. */
  tell(scope: Scope, approval: string): Promise<void>;
}

export function approvalRuns({ db, clock }: Pick<Ground, "db" | "clock">, runs: RunsOfApprovals): ApprovalRuns {
  const start = async (slug: string, key: readonly string[], body: Record<string, Json>): Promise<void> => {
    const version = await runs.versions.published(INSTALLATION_SCOPE, slug);
    if (version === null) throw new AppError("unavailable", "the flow that does it is not published yet");
    const { keys } = await runs.projects.get(INSTALLATION_SCOPE);
    const input = { method: null, path: null, headers: {}, query: {}, body, deliveryId: null };
    const delivery = { trigger: version.flow, key: keys.digest("delivery", slug, ...key), digest: null };
    await runs
      .engine()
      .engine.startRun({ scope: INSTALLATION_SCOPE, version, trigger: "manual", input, delivery }, null, 0);
  };
  return {
    async tell(scope, approval) {
      const messages: readonly MessageToTell[] = await messagesToTell(
        { database: db.database, clock },
        scope,
        approval,
      );
      for (const { key, body } of messages) await start(ASK_SLUG, key, { ...body });
    },
    async hear(scope, { at, ...pressed }) {
      const { approval, connection, user, decision, digest } = pressed;
      await start(HEAR_SLUG, [connection, approval, user, at, decision, digest], { ...scope, ...pressed });
    },
  };
}

/** The action by which the gate of any process that leads runs asks and hears. */
export function approvalAction(
  ground: Ground,
  entry: Entry,
  connectors: Connectors,
  runs: RunsOfApprovals,
  gate: () => Gate,
): ActionPerformer {
  const { db, clock, log } = ground;
  const approvals = approvalMessages(ground, entry, connectors, runs);
  return writeApproval({ gate, database: db.database, approvals, clock, log });
}

function approvalMessages(
  { db, clock, ids, log, publicUrl }: Ground,
  { denials, identity, mail }: Entry,
  connectors: Connectors,
  runs: RunsOfApprovals,
): ApprovalMessages {
  const approvals: ApprovalsOutside = {
    mail,
    publicUrl,
    message: (scope, approval) => approvalRuns({ db, clock }, runs).tell(scope, approval),
    wake: (run) => runs.engine().parts.announce(RUN_CHANNEL, [run]),
  };
  return createSlackApprovals({
    database: db.database,
    dispatch: db.dispatch,
    clock,
    ids,
    denials,
    identity,
    projects: runs.projects,
    grants: {
      actionsIn: async (project) => knownActions(await connectors.list(project ?? INSTALLATION_SCOPE)),
      policyOf: (project) =>
        createPolicies({ readPolicy: (scope) => readPolicy(db.database, scope), clock, log }).get(project),
    },
    approvals,
  });
}
