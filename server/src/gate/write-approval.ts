/**
 * The action `approval.message`: an approval is asked in a Slack channel, its message follows what becomes of it, and what
 * is pressed there is heard. Every call of it to Slack is an effect of its own in the approval's project (`act-alone.ts`).
 */
import { z } from "zod";
import type { SlackPlace } from "@steward/sdk";
import type { ApprovalMessageArguments } from "../core/approval-effect.ts";
import { showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { ApprovalMessages } from "../core/ports/approval-messages.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { INSTALLATION } from "../store/installation.ts";
import { actAlone, type ActAloneParts } from "./act-alone.ts";
import { type ActionPerformer, endedAs, type EffectEnd, type EffectRefusal } from "./action.ts";

export interface WriteApprovalParts extends ActAloneParts {
  readonly approvals: ApprovalMessages;
  readonly log: (message: string, error?: unknown) => void;
}

/** Repeating it is safe: it makes the message what it should be by now, and a word that was heard is heard once. */
export function writeApproval(parts: WriteApprovalParts): ActionPerformer<ApprovalMessageArguments> {
  return {
    gather: ({ effect }) => readArguments(effect.arguments),
    checks: [{ name: "own_run", judge: ({ call }) => (call.project === INSTALLATION ? null : NOT_OURS) }],
    facts: () => ({ host: null }),
    intentFacts: ({ approval, what }) => ({ approval: showId("apr", approval), what }),
    async perform({ call, subject }) {
      const writing = { ...parts, call };
      if (subject.what === "hear") return await hear(writing, subject);
      return await show(writing, subject, subject, subject.what === "ask");
    },
  };
}

const NOT_OURS: EffectRefusal = { code: "action_unavailable", message: "only the installation itself asks" };

interface Writing extends WriteApprovalParts {
  readonly call: EffectCall;
}

type About = Pick<ApprovalMessageArguments, "organization" | "project" | "approval">;

const Posted = z.object({ channel: z.string(), ts: z.string() });

/** Makes the message stand as the approval does. With `now` also one that is still open; what is over is not posted. */
async function show(writing: Writing, about: About, place: SlackPlace, now: boolean): Promise<EffectEnd> {
  const message = await writing.approvals.compose(scopeOf(about), about.approval, place);
  if (message === null) return ended({ open: false });
  const { text, blocks, open, posted } = message;
  const next = { open: open && (now || posted !== null), lookAgainSeconds: message.lookAgainSeconds };
  if (posted === null ? !now || !open : !now && open) return ended(next);
  const content = { text, blocks: [...blocks] };
  if (posted !== null) {
    const outcome = await say(writing, about, place, "update_message", { ...posted, ...content });
    return outcome.kind === "done" ? ended(next) : { outcome, facts: {} };
  }
  const outcome = await say(writing, about, place, "post_message", { channel: place.channel, ...content });
  if (outcome.kind !== "done") return { outcome, facts: {} };
  await writing.approvals.notePosted(scopeOf(about), about.approval, place, Posted.parse(outcome.result));
  return ended(next);
}

const User = z.object({
  is_bot: z.boolean().optional(),
  deleted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  is_email_confirmed: z.boolean().optional(),
  profile: z.object({ email: z.string().nullish() }).optional(),
});

/** While a message is posted its buttons can be pressed before it is known where it stands. */
const EARLY_ATTEMPTS = 4;

type Heard = Extract<ApprovalMessageArguments, { readonly what: "hear" }>;

async function hear(writing: Writing, heard: Heard): Promise<EffectEnd> {
  const { approvals, call } = writing;
  const late = call.attempt >= EARLY_ATTEMPTS;
  const judged = await approvals.judge(scopeOf(heard), heard.approval, heard.connection, heard, late);
  if (judged.kind === "early")
    return endedAs("failed", { code: "not_available", message: "its message is not known yet" });
  if (judged.kind === "refused") return await tell(writing, heard, judged.refusal);
  const asked = await say(writing, heard, heard, "read_user", { user: heard.user }, "safe");
  if (asked.kind === "failed" || asked.kind === "unknown") return { outcome: asked, facts: {} };
  const email = asked.kind === "done" ? addressOf(asked.result) : null;
  if (email === null) return await tell(writing, heard, asked.kind === "done" ? NOBODY : UNREADABLE);
  const why = await approvals.hear(scopeOf(heard), heard.approval, email, heard);
  if (why !== null) await tell(writing, heard, why);
  const end = await show(writing, heard, judged.place, true);
  // Their word counts; that the message could not be changed is no reason to hear it again.
  return end.outcome.kind === "done" ? end : ended({ open: false });
}

const NOBODY = "Slack does not say who you are by a confirmed mail address of this workspace: open it in Steward.";
const UNREADABLE = "Steward may not ask Slack who you are: open it in Steward.";

/**
 * Only an address that the workspace has confirmed says who somebody is; never a name, which anybody may give themselves. Who is
 * of another workspace has theirs from people whom nobody here knows.
 */
function addressOf(result: Json): string | null {
  const user = User.parse(result);
  const known = user.is_bot !== true && user.deleted !== true && user.is_stranger !== true;
  return known && user.is_email_confirmed === true ? (user.profile?.email ?? null) : null;
}

/** For whoever pressed, and nobody else. They see the page's word on it in any case. */
async function tell(writing: Writing, heard: Heard, text: string): Promise<EffectEnd> {
  const { channel, user } = heard;
  const outcome = await say(writing, heard, heard, "post_ephemeral", { channel, user, text });
  if (outcome.kind !== "done") writing.log(`who pressed a button of ${shown(heard)} was not told: ${outcome.code}`);
  return ended({ open: false });
}

async function say(
  writing: Writing,
  about: About,
  { connection }: Pick<SlackPlace, "connection">,
  method: string,
  given: JsonObject,
  repeat: "safe" | "never" = "never",
): Promise<EffectOutcome> {
  return await actAlone(writing, writing.call, {
    scope: scopeOf(about),
    cause: { principal: "approvals", target: shown(about) },
    name: method,
    effect: { action: `slack.${method}`, connection, arguments: given, repeat },
  });
}

function scopeOf({ organization, project }: About) {
  return { organization, project };
}

function shown({ approval }: About): string {
  return showId("apr", approval);
}

function ended(result: JsonObject): EffectEnd {
  return { outcome: { kind: "done", result }, facts: {} };
}

function readArguments(given: JsonObject): ApprovalMessageArguments {
  const isText = ["organization", "project", "approval", "connection"].every((name) => typeof given[name] === "string");
  invariant(isText && typeof given["what"] === "string", "a message is named by its approval and place");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's schema let nothing else in
  return given as ApprovalMessageArguments;
}
