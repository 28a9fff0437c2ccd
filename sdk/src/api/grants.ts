/** Grants and limits: the small declarative form that says who may do what with which connection. */
import { z } from "zod";
import { Time } from "../api.ts";
import { Slug } from "../flow-file.ts";
import { Stopped } from "./connections.ts";

/**
 * `flow:<slug>`, `agent:<slug>`, `member:<acc_…>`, `project`: every flow of the project, or `approvals`: what asks people
 * to approve, where it asks in a chat.
 */
export const Principal = z
  .string()
  .regex(
    /^(?:project|approvals|(?:flow|agent):[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|member:acc_[0-9a-z]{26})$/,
    "use project, approvals, flow:<slug>, agent:<slug> or member:<account id>",
  );

/** `gmail.send`, `gmail.*`, `*`, or a class of actions. */
export const ActionPattern = z
  .string()
  .regex(
    /^(?:\*|read|write|delete|[a-z][a-z0-9_]{0,30}\.(?:\*|[a-z][A-Za-z0-9_]{0,62}))$/,
    "use an action such as gmail.send, gmail.*, * or one of read, write, delete",
  );

const Field = z
  .string()
  .regex(
    /^[A-Za-z_$][A-Za-z0-9_$-]{0,62}(?:\.[A-Za-z_$][A-Za-z0-9_$-]{0,62}){0,5}$/,
    "use a field such as to or message.to",
  )
  .describe("A field of the action's input; inside a list it is judged for each member.");
const Texts = z.array(z.string().min(1).max(500)).min(1).max(200);

const onField = {
  field: Field,
  ifGiven: z
    .literal(true)
    .optional()
    .describe("It may also be left out, null or an empty list; without this, the condition fails then."),
};

/** What must hold of one field. Every member of a list must fit. */
export const Condition = z.union([
  z.strictObject({
    ...onField,
    domains: Texts.describe("Domains of mail addresses or URLs; *.example.com is what lies below."),
  }),
  z.strictObject({ ...onField, in: Texts.describe("One of these, to the letter.") }),
  z.strictObject({ ...onField, prefix: Texts.describe("A path that is one of these or lies below one.") }),
  z.strictObject({ ...onField, matches: Texts.describe("One of these; * stands for any text.") }),
  z.strictObject({ ...onField, max: z.number() }),
  z.strictObject({ ...onField, min: z.number() }),
  z.strictObject({ field: Field, any: z.literal(true).describe("Anything: said so that nobody wonders.") }),
]);

export const Period = z.enum(["run", "hour", "day", "month", "total"]);

export const Rate = z.strictObject({ times: z.int().min(1).max(1_000_000), per: Period });

export const Currency = z.string().regex(/^[A-Z]{3}$/, "use a currency such as EUR");

/** An amount of money, at most six decimals. */
export const Amount = z
  .number()
  .min(0)
  .max(1_000_000_000)
  .refine((amount) => /^\d+(?:\.\d{1,6})?$/.test(String(amount)), "use at most six decimals");

export const Money = z.strictObject({ amount: Amount, currency: Currency, per: Period });

/** `granter`: who gave the grant; `role:<role>`: whoever has the role in the project, a custom one by its id; `member:<acc_…>`. */
export const Approver = z
  .string()
  .regex(
    /^(?:granter|role:(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|rol_[0-9a-z]{26})|member:acc_[0-9a-z]{26})$/,
    "use granter, role:<role> or member:<account id>",
  );
const Approvers = z.array(Approver).min(1).max(20);

/** A channel of a Slack workspace where people are asked to approve, beside the page and mail. */
export const SlackPlace = z.strictObject({
  connection: Slug.describe("The project's connection to the workspace."),
  channel: z
    .string()
    .regex(/^(?:[CG][A-Z0-9]{2,30}|#[^\s#@,{}]{1,80})$/u, "use a channel's name such as #approvals, or its id")
    .describe("The channel's name with #, or its id."),
  arguments: z
    .boolean()
    .default(false)
    .describe("Whether what would be sent is shown there, to whoever reads the channel. Private fields never are."),
});

export const ApprovalRule = z
  .strictObject({
    when: z
      .enum(["always", "above", "first", "tainted"])
      .describe("first: the first time this principal does it to this destination."),
    field: Field.optional().describe("For above: the field with the amount …"),
    currency: Currency.optional().describe("… or the currency of what the effect itself will cost."),
    above: z.number().optional(),
    by: Approvers.default(["granter"]),
    quorum: z.int().min(1).max(10).default(1).describe("How many different people."),
    expiresHours: z.number().min(0.01).max(720).default(72),
    remindHours: z.number().min(0.01).max(720).optional(),
    escalate: z.strictObject({ afterHours: z.number().min(0.01).max(720), to: Approvers }).optional(),
    slack: SlackPlace.optional().describe("Where else they are asked; without it, where the grant to approvals says."),
  })
  .refine(
    ({ when, field, currency, above }) =>
      when === "above"
        ? above !== undefined && (field === undefined) !== (currency === undefined)
        : above === undefined && field === undefined && currency === undefined,
    { error: "give above, and either field or currency, with when: above, and only then" },
  )
  .refine(({ currency, above }) => currency === undefined || Amount.safeParse(above).success, {
    error: "use at least 0, with at most six decimals",
    path: ["above"],
  });

/** What one line of a grant allows, or of a limit bounds. */
export const GrantLine = z.strictObject({
  actions: z.array(ActionPattern).min(1).max(50),
  when: z.array(Condition).max(20).default([]).describe("All must hold."),
  rate: z.array(Rate).max(5).default([]),
  money: z.array(Money).max(5).default([]),
  approval: ApprovalRule.optional().describe("Never needed unless given."),
});

export const GrantForm = z
  .strictObject({
    to: Principal.describe("Who may."),
    connection: Slug.optional().describe("With which connection …"),
    credential: Slug.optional().describe("… or which credential of the http step."),
    lines: z.array(GrantLine).min(1).max(20),
    from: Time.optional(),
    until: Time.optional().describe("From this moment on it is over."),
    note: z.string().max(500).default("").describe("Why, for whoever reads it later."),
  })
  .refine(({ connection, credential }) => (connection === undefined) !== (credential === undefined), {
    error: "give either a connection or a credential",
  })
  .refine(({ from, until }) => from === undefined || until === undefined || Date.parse(from) < Date.parse(until), {
    error: "it would end before it begins",
    path: ["until"],
  });

export const LimitForm = z
  .strictObject({
    on: Principal.optional().describe("Whom it binds: everyone when left out, and with project."),
    connection: Slug.optional().describe("Only what is done with this connection …"),
    credential: Slug.optional().describe("… or this credential; whatever is done when both are left out."),
    lines: z.array(GrantLine).min(1).max(20),
    deny: z
      .boolean()
      .default(false)
      .describe(
        "What the lines name is refused altogether. Of a list, one member that a condition names is enough; what can't be read counts as named.",
      ),
    note: z.string().max(500).default(""),
  })
  .refine(({ connection, credential }) => connection === undefined || credential === undefined, {
    error: "give a connection or a credential, not both",
  })
  .refine(
    ({ deny, lines }) => !deny || lines.every((line) => line.rate.length + line.money.length === 0 && !line.approval),
    { error: "what is refused altogether has no rate, money or approval", path: ["lines"] },
  );

/** As they are answered: with all that is left out when it is sent. */
export const ShownRule = z.object({
  when: z.enum(["always", "above", "first", "tainted"]),
  field: Field.optional(),
  currency: Currency.optional(),
  above: z.number().optional(),
  by: z.array(Approver),
  quorum: z.int(),
  expiresHours: z.number(),
  remindHours: z.number().optional(),
  escalate: z.object({ afterHours: z.number(), to: z.array(Approver) }).optional(),
  slack: z.object({ connection: Slug, channel: z.string(), arguments: z.boolean() }).optional(),
});

export const ShownLine = z.object({
  actions: z.array(ActionPattern),
  when: z.array(Condition),
  rate: z.array(Rate),
  money: z.array(Money),
  approval: ShownRule.optional(),
});

const shownForm = {
  connection: Slug.optional(),
  credential: Slug.optional(),
  lines: z.array(ShownLine),
  note: z.string(),
};

export const ShownGrantForm = z.object({
  to: Principal,
  ...shownForm,
  from: Time.optional(),
  until: Time.optional(),
});

export const ShownLimitForm = z.object({ on: Principal.optional(), ...shownForm, deny: z.boolean() });

export type Condition = z.output<typeof Condition>;
export type Period = z.output<typeof Period>;
export type SlackPlace = z.output<typeof SlackPlace>;
export type ApprovalRule = z.output<typeof ApprovalRule>;
export type GrantLine = z.output<typeof GrantLine>;
export type GrantForm = z.output<typeof GrantForm>;
export type LimitForm = z.output<typeof LimitForm>;

export const GrantId = z.string().regex(/^grt_[0-9a-z]{26}$/, "an id that begins with grt_");
export const LimitId = z.string().regex(/^lim_[0-9a-z]{26}$/, "an id that begins with lim_");

const shown = {
  /** In words, a sentence for each line. */
  sentences: z.array(z.string()),
  version: z.int(),
  createdAt: Time,
  updatedAt: Time,
  revokedAt: Time.nullable(),
};

export const Grant = z.object({
  id: GrantId,
  form: ShownGrantForm,
  /** Who gave it as it stands: `acc_…`; null: it came with its credential, or a service account gave it. */
  givenBy: z.string().nullable(),
  /** Whether it counts now: not revoked, within its time, its connection active. */
  stands: z.boolean(),
  ...shown,
});

/** The whole form anew, of the version that was read: refused as `precondition_failed` when there is a later one. */
export const ChangeGrant = z.strictObject({ version: z.int().min(1), form: GrantForm });

/** `project` is null for one of the organization: it binds every project. */
export const Limit = z.object({ id: LimitId, form: ShownLimitForm, project: z.string().nullable(), ...shown });

export const ChangeLimit = z.strictObject({ version: z.int().min(1), form: LimitForm });

const Change = z.object({
  change: z.enum(["added", "removed", "wider", "narrower", "changed"]),
  sentence: z.string(),
});

export const GrantVersion = z.object({
  version: z.int(),
  form: ShownGrantForm,
  sentences: z.array(z.string()),
  at: Time,
  by: z.string(),
  /** What changed from the version before, a sentence each. */
  changes: z.array(Change),
});

export const LimitVersion = GrantVersion.extend({ form: ShownLimitForm });

/** A grant that is over, and what that stopped. */
export const RevokedGrant = z.object({ grant: Grant, stopped: Stopped });

/** What is asked of the simulator. */
export const Simulate = z
  .strictObject({
    principal: Principal.describe("Who would do it; for a flow, what the project may counts too."),
    connection: Slug.optional(),
    credential: Slug.optional(),
    action: z.string().max(100),
    arguments: z.record(z.string().max(200), z.json()),
    tainted: z.boolean().default(false).describe("Whether the run has read what others can write."),
    literal: z
      .array(Field)
      .max(50)
      .default([])
      .describe("Fields that are literal in the published version, in place of an expression."),
    known: z.boolean().default(false).describe("Whether it has been done to this destination before."),
    startedBy: z
      .string()
      .regex(/^acc_[0-9a-z]{26}$/, "an id that begins with acc_")
      .optional()
      .describe("The member who started the run: limits and budgets on them count too."),
    cost: z
      .strictObject({ amount: Amount, currency: Currency })
      .optional()
      .describe("What it would cost at most; nothing when left out."),
    tokens: z.int().min(0).max(1_000_000_000).default(0),
    at: Time.optional().describe("Now, when left out."),
  })
  .refine(({ connection, credential }) => connection === undefined || credential === undefined, {
    error: "name a connection or a credential, not both",
    path: ["credential"],
  });

export const Simulated = z.object({
  allowed: z.boolean(),
  /** As the gate would refuse; null when it would not. */
  code: z.string().nullable(),
  /** What a person is to know of it: "to: bob@evil.example is not in example.com". */
  reason: z.string().nullable(),
  /** The grant or limit that decides, and which of its lines, from 0. */
  decidedBy: z.object({ id: z.string(), line: z.int(), sentence: z.string() }).nullable(),
  /** Who would be asked: each of the parties must agree. */
  approval: z
    .object({
      why: z.array(z.object({ kind: z.string(), field: z.string().nullable(), of: z.string() })),
      parties: z.array(z.object({ approvers: z.array(z.string()), quorum: z.int() })),
      expiresHours: z.number(),
    })
    .nullable(),
  /** What it would count against, each as it stands. */
  reserves: z.array(
    z.object({
      cap: z.string(),
      level: z.string(),
      unit: z.enum(["money", "tokens", "calls"]),
      currency: z.string().nullable(),
      period: Period,
      amount: z.number(),
      left: z.number(),
      fits: z.boolean(),
    }),
  ),
});

export type Grant = z.output<typeof Grant>;
export type GrantVersion = z.output<typeof GrantVersion>;
export type Limit = z.output<typeof Limit>;
export type LimitVersion = z.output<typeof LimitVersion>;
export type RevokedGrant = z.output<typeof RevokedGrant>;
export type Simulate = z.output<typeof Simulate>;
export type Simulated = z.output<typeof Simulated>;
