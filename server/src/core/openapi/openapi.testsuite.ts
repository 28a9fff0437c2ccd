import { readFileSync } from "node:fs";
import type { Connector, ConnectorAnswer, ConnectorCall } from "@steward/sdk";
import { probe } from "../../connectors/probe.ts";
import { statusFailure } from "../../connectors/status-failure.ts";
import { atOnce } from "../in-turns.ts";
import type { Json, JsonObject } from "../json.ts";
import { parseJson } from "../parse-json.ts";
import { connectorOf } from "./connector-of.ts";
import type { ImportChoices } from "./declaration.ts";
import { importDocument, type Imported } from "./import-document.ts";

const CHOICES: ImportChoices = {
  server: null,
  variables: {},
  paths: [],
  authentication: null,
  destination: {},
};

/** A cut of a vendor's document (`server/test/openapi`). */
export function vendor(name: string): Json {
  const text = readFileSync(new URL(`../../../test/openapi/${name}.json`, import.meta.url), "utf8");
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

export function imported(document: Json, choices: Partial<ImportChoices> = {}): Imported {
  return atOnce(importDocument(document, { ...CHOICES, ...choices }));
}

export function connector(document: Json, choices: Partial<ImportChoices> = {}): Connector {
  return connectorOf("made", imported(document, choices).declaration, { statusFailure, probe });
}

/** A document with one server and these paths. */
export function documentOf(paths: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    openapi: "3.0.3",
    info: { title: "Shop", version: "7" },
    servers: [{ url: "https://api.shop.example/v1/" }],
    paths,
    ...more,
  };
}

/** A document whose one operation, `try`, has these parts. */
export function operationOf(operation: JsonObject, method = "get", path = "/things"): JsonObject {
  return documentOf({ [path]: { [method]: { operationId: "try", ...operation } } });
}

/** The first call of an action, from an input that its schema lets through. */
export function callOf(made: Connector, name: string, input: JsonObject): ConnectorCall {
  const action = made.actions[name];
  if (!action) throw new Error(`there is no action ${name}`);
  const turn = action.perform(action.input.parse(input), "key").next();
  if (turn.done === true) throw new Error("it asks for nothing");
  return turn.value;
}

/** What an action gives when its call is answered so. */
export function outputOf(made: Connector, name: string, input: JsonObject, answer: ConnectorAnswer): unknown {
  const calls = made.actions[name]?.perform(input, "key");
  calls?.next();
  return calls?.next(answer).value;
}
