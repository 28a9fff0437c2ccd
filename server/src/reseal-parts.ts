/** Every sealed column, and how its rows are named when they are sealed. A test compares it with the catalogue. */
import { SINK_SECRET } from "./audit/deliver-sinks.ts";
import { placeOf, TABLES } from "./catalogue/tables.ts";
import { uuidBytes } from "./core/id.ts";
import type { BlobStore } from "./core/ports/blob-store.ts";
import type { Database } from "./core/ports/database.ts";
import { segmentRow } from "./engine/flush-item.ts";
import { contentRow } from "./files/content.ts";
import { versionRow } from "./flows/sealed-flow.ts";
import { answerRow } from "./http/answer-once.ts";
import type { ContentPurpose, ProjectKeys } from "./keyring/keyring.ts";
import { blobPart } from "./keyring/reseal-blobs.ts";
import { organizationsPart } from "./keyring/reseal-organizations.ts";
import { appendOnlyPart, columnPart, type ResealPart } from "./keyring/reseal-part.ts";
import { INSTALLATION } from "./store/installation.ts";
import type { Scope } from "./store/scope.ts";
import type { SealedColumn, SealedRow } from "./store/sealed-columns.ts";

type Keyed = SealedColumn["key"];
const ID: Keyed = [{ name: "id", type: "uuid" }];
const TRIGGER: Keyed = [{ name: "trigger", type: "uuid" }];
const RUN: Keyed[number] = { name: "run", type: "uuid" };
const FIRST: Keyed[number] = { name: "first", type: "integer" };
const VERSION: Keyed[number] = { name: "version", type: "integer" };
const idRow = ({ key }: SealedRow): Buffer => uuidBytes(key[0]!);
const nameRow = ({ key }: SealedRow): Buffer => Buffer.from(key[0]!);

/** What is sealed of a project; the installation's own has what organizations keep under its keys too. */
export function createResealParts(blobs: BlobStore, dispatch: Database): (scope: Scope) => readonly ResealPart[] {
  const parts = [
    ...projectColumns(),
    ...runColumns(),
    blobPart("blobs.address", blobs, [
      { purpose: "file", place: placeOf("file_chunks", "address") },
      { purpose: "blob", place: placeOf("blobs", "address") },
    ]),
  ];
  const installation = [
    ...parts,
    purposePart("outbox", "body", "mail", ID, idRow),
    organizationsPart(dispatch, { table: "audit_sinks", column: "secret" }, (keys, id, sealed) =>
      keys.reseal("sink", SINK_SECRET, uuidBytes(id), sealed),
    ),
    organizationsPart(dispatch, { table: "sign_on_connections", column: "client_secret" }, (keys, id, sealed) =>
      keys.reseal("sign_on", placeOf("sign_on_connections", "client_secret"), uuidBytes(id), sealed),
    ),
  ];
  return ({ organization }) => (organization === INSTALLATION ? installation : parts);
}

function projectColumns(): readonly ResealPart[] {
  return [
    purposePart("flows", "draft", "flow", ID, idRow),
    purposePart("flow_versions", "definition", "flow", [{ name: "flow", type: "uuid" }, VERSION], ({ key }) =>
      versionRow(key[0]!, Number(key[1])),
    ),
    purposePart("triggers", "token", "trigger", ID, idRow),
    purposePart("event_triggers", "error", "trigger", TRIGGER, idRow),
    purposePart("event_triggers", "cursor", "trigger", TRIGGER, idRow),
    purposePart("event_triggers", "secret", "credential", TRIGGER, idRow),
    purposePart("event_hooks", "kept", "trigger", ID, idRow),
    purposePart("credentials", "secret", "credential", ID, idRow),
    ...connectionColumns(),
    purposePart("variables", "value", "variable", [{ name: "name", type: "text" }], nameRow),
    purposePart("project_databases", "password", "database", [{ name: "name", type: "text" }], nameRow),
    purposePart(
      "idempotency_keys",
      "answer",
      "answer",
      [
        { name: "principal", type: "uuid" },
        { name: "route", type: "text" },
        { name: "key", type: "bytea" },
      ],
      ({ key }) => answerRow({ principal: key[0]!, route: key[1]!, key: Buffer.from(key[2]!.slice(2), "hex") }),
    ),
    purposePart(
      "file_versions",
      "chunks",
      "file",
      [{ name: "file", type: "uuid" }, VERSION],
      ({ key, also }) => contentRow({ file: key[0]!, version: Number(key[1]), bytes: Number(also) }),
      "bytes",
    ),
  ];
}

function connectionColumns(): readonly ResealPart[] {
  return [
    purposePart("oauth_clients", "secret", "credential", ID, idRow),
    purposePart("connections", "secret", "credential", ID, idRow),
    purposePart("connections", "account", "connection", ID, idRow),
    purposePart("connect_states", "verifier", "credential", [{ name: "hash", type: "bytea" }], ({ key }) =>
      Buffer.from(key[0]!.slice(2), "hex"),
    ),
    purposePart("revocations", "slot", "credential", ID, idRow),
    purposePart("imported_connectors", "declaration", "connection", ID, idRow),
    purposePart("imported_connectors", "choices", "connection", ID, idRow),
    purposePart("imported_connectors", "refused", "connection", ID, idRow),
    purposePart("approvals", "arguments", "approval", ID, idRow),
    purposePart("approvals", "changed", "approval", ID, idRow),
    appendOnlyPart({
      table: "approval_decisions",
      column: "note",
      key: [
        { name: "approval", type: "uuid" },
        { name: "account", type: "uuid" },
        { name: "digest", type: "bytea" },
      ],
    }),
  ];
}

function runColumns(): readonly ResealPart[] {
  return [
    columnPart({ table: "private_values", column: "body", key: [RUN, FIRST] }, "content", (keys, { key }, sealed) =>
      keys
        .run(key[0]!)
        .reseal(placeOf("private_values", "body"), segmentRow(uuidBytes(key[0]!), Number(key[1])), sealed),
    ),
    columnPart({ table: "inbox", column: "body", key: [RUN, ...ID] }, "content", (keys, { key }, sealed) =>
      keys.run(key[0]!).reseal(placeOf("inbox", "body"), uuidBytes(key[1]!), sealed),
    ),
    appendOnlyPart({ table: "segments", column: "body", key: [RUN, FIRST] }),
  ];
}

/** A column that is sealed under one of the project's purposes. */
function purposePart<T extends keyof typeof TABLES>(
  table: T & string,
  column: keyof (typeof TABLES)[T]["columns"] & string,
  purpose: ContentPurpose | "credential",
  key: Keyed,
  row: (row: SealedRow) => Buffer,
  also?: string,
): ResealPart {
  const place = placeOf(table, column);
  return columnPart(
    { table, column, key, ...(also === undefined ? {} : { also }) },
    purpose === "credential" ? "credential" : "content",
    (keys: ProjectKeys, at, sealed) => keys.reseal(purpose, place, row(at), sealed),
  );
}
