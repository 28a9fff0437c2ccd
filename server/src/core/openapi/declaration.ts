import type { ActionClass, Authentication } from "@steward/sdk";
import type { Json, JsonObject } from "../json.ts";

/**
 * What is kept of an OpenAPI document: a connector as data. Its schemas are JSON Schema 2020-12 of the words that
 * `check-value.ts` knows; a `$ref` in them is `#/$defs/<name>` with a name of `schemas`.
 */
export interface Declaration {
  readonly title: string;
  readonly summary: string;
  /** The provider's own number of its API. */
  readonly version: string;
  /** `https://api.example.com/v1`, without a slash at its end. */
  readonly base: string;
  readonly hosts: readonly string[];
  readonly authentication: readonly Authentication[];
  readonly scopes: Readonly<Record<string, string>>;
  /** In lower case; null where no operation takes a key. */
  readonly idempotencyHeader: string | null;
  readonly operations: readonly Operation[];
  readonly schemas: Readonly<Record<string, JsonObject>>;
}

export interface Operation {
  /** The action's name: a letter, then up to 62 of letters, digits and _. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly class: ActionClass;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base, or a URL of its own; `{name}` stands for the path parameter of that name. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body | null;
  /** Of the answer, beside those that every answer may have. */
  readonly answerHeaders: readonly string[];
  readonly scopes: readonly string[];
  readonly repeat: "safe" | "key" | "never";
  readonly destination: readonly string[];
  /** A strict object: a field for each parameter, and `body`. */
  readonly input: JsonObject;
  /** Of the answer's body. */
  readonly answer: JsonObject;
}

export interface Parameter {
  /** In the action's input. */
  readonly field: string;
  /** As the provider calls it. */
  readonly name: string;
  readonly in: "path" | "query" | "header";
  /** How a list or an object is written (OpenAPI, "Style Values"); `json` where its content is JSON. */
  readonly style: "simple" | "form" | "spaceDelimited" | "pipeDelimited" | "deepObject" | "json";
  readonly explode: boolean;
  /** Of a header: what is sent where the input says nothing; null sends none. */
  readonly default: Json;
}

export interface Body {
  readonly as: "json" | "form" | "text" | "base64";
  /** Sent as `Content-Type` where that isn't what `as` says. */
  readonly type: string | null;
  /** Fields of a form whose lists, too, are written as `name[0]`. */
  readonly deep: readonly string[];
}

/** An operation, or a part of the document, that became no action. */
export interface Refused {
  /** `POST /files`, or where in the document. */
  readonly operation: string;
  readonly reason: string;
}

/** What a person may say about the document beside itself. */
export interface ImportChoices {
  /** An absolute URL in place of the document's servers, or the number of one of them, from 0; null: the first by https. */
  readonly server: string | number | null;
  /** Of the server's variables, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Only operations on a path that begins with one of these; all where it is empty. */
  readonly paths: readonly string[];
  /** In place of what the document says, for documents that say nothing: see `chosenAuthentication`. */
  readonly authentication: string | null;
  /** By action: fields of its input that say where an outward effect goes, such as `body.to`. */
  readonly destination: Readonly<Record<string, readonly string[]>>;
}
