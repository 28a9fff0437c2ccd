import { defineAction, defineConnector, performedByGate } from "@steward/sdk";
import { z } from "zod";
import { statusFailure } from "../status-failure.ts";

const Input = z.strictObject({
  sql: z.string().min(1).max(100_000).describe("One SQL statement; what changes from run to run goes into values."),
  values: z
    .array(z.json())
    .max(1000)
    .default([])
    .describe("What $1, $2, … stand for, in order. They are bound, never pasted. A list becomes an SQL array or JSON."),
  rows: z
    .int()
    .min(1)
    .max(10_000)
    .default(1000)
    .describe("How many rows the statement may give, at most 10000. One that gives more fails and is undone."),
});

const Output = z.object({
  rows: z.array(z.record(z.string(), z.json())),
  rowCount: z.int().describe("Rows returned, or changed where none are returned."),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
});

/** The statement's text says what is done where: in a tainted run it has to be the flow's own. */
const destination = ["sql"];
const changed = { rows: [], rowCount: 1, columns: [] };

const query = defineAction({
  title: "Read rows",
  summary: "Runs one statement in a transaction that can't change anything, and gives its rows.",
  class: "read",
  input: Input,
  output: Output,
  scopes: [],
  repeat: "safe",
  destination,
  sample: {
    input: { sql: "select id, amount from orders where state = $1", values: ["open"], rows: 100 },
    output: {
      rows: [{ id: "7", amount: 12.5 }],
      rowCount: 1,
      columns: [
        { name: "id", type: "bigint" },
        { name: "amount", type: "numeric" },
      ],
    },
  },
  perform: performedByGate,
});

const execute = defineAction({
  title: "Change rows",
  summary: "Runs one statement that adds or changes something, in a transaction of its own.",
  class: "write",
  input: Input,
  output: Output,
  scopes: [],
  repeat: "never",
  destination,
  sample: {
    input: { sql: "update orders set state = 'paid' where id = $1", values: ["7"], rows: 1000 },
    output: changed,
  },
  perform: performedByGate,
});

const remove = defineAction({
  title: "Delete rows",
  summary: "Runs one statement that deletes, truncates or drops something, in a transaction of its own.",
  class: "delete",
  input: Input,
  output: Output,
  scopes: [],
  repeat: "never",
  destination,
  sample: { input: { sql: "delete from orders where id = $1", values: ["7"], rows: 1000 }, output: changed },
  perform: performedByGate,
});

/** A database of the project's own, somewhere else; performed by `gate/query-postgres.ts`. */
export const postgres = defineConnector({
  id: "postgres",
  title: "PostgreSQL",
  summary: "A PostgreSQL database of your own, at an address of your own.",
  category: "data",
  keywords: ["sql", "database", "supabase", "neon", "rds", "table"],
  // Never reached: each connection brings its own (RFC 6761, "invalid").
  base: "https://postgres.invalid",
  hosts: ["postgres.invalid"],
  ownAddress: true,
  protocol: "postgres",
  authentication: [{ kind: "basic", user: "User", password: "Password" }],
  scopes: {},
  actions: { query, execute, delete: remove },
  triggers: {},
  // oxlint-disable-next-line require-yield -- nobody is to be asked
  *whoami() {
    return { account: "postgres", label: "PostgreSQL" };
  },
  failure: (answer) => statusFailure(answer),
  setUp: [
    "Make a role for Steward in your database that may do what flows are to do, and nothing else: its rights are the boundary.",
    "Have the server offer TLS with a certificate for its name; without it nothing is sent to another machine.",
    "Give its address as postgres://db.example.com:5432/database, and the role's name and password as the secret.",
    "Where it is no address of the public internet, let the operator name it in STEWARD_EGRESS_ALLOW.",
  ],
  triedAgainst: "PostgreSQL 15",
});
