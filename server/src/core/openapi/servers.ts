import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { judgeUrl } from "../egress/judge-url.ts";
import type { ImportChoices } from "./declaration.ts";
import { listAt, objectAt, shown, textAt, UnusableError } from "./references.ts";

export interface ServerChoice {
  readonly server: string | number | null;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Where the document's calls go, without a slash at the end: one of its servers with its variables filled in, or the
 * address given. By http only where a person says so. Throws `UnusableError`.
 */
export function readBase(document: JsonObject, { server, variables }: ServerChoice): string {
  if (typeof server === "string") return plainBase(server, /^https?:$/);
  const servers = listAt(document, "servers").filter(isJsonObject);
  const chosen = server === null ? (servers.find(isByHttps) ?? servers[0]) : servers[server];
  if (chosen === undefined)
    throw new UnusableError(
      servers.length === 0
        ? "the document names no server: give its address as the server (--server https://…)"
        : `the document has ${servers.length} servers: choose one by its number from 0 (--server 0), or give an address (--server https://…)`,
    );
  return plainBase(filledIn(chosen, variables), /^https:$/);
}

/**
 * The address of an operation or a path that has servers of its own; null where it goes where all others go. Throws
 * `UnusableError` for another origin: the secret is the connection's for the one that was told.
 */
export function ownBase(base: string, item: JsonObject, operation: JsonObject, choices: ImportChoices): string | null {
  const own = [...listAt(operation, "servers"), ...listAt(item, "servers")].filter(isJsonObject)[0];
  if (own === undefined || typeof choices.server === "string") return null;
  const url = URL.parse(filledIn(own, choices.variables), `${base}/`);
  const written = plainBase(url?.href ?? "", /^https:$/);
  const { origin } = new URL(written);
  if (origin !== new URL(base).origin)
    throw new UnusableError(`it goes to ${shown(origin)}: import it by an id of its own (--server ${shown(written)})`);
  return written === base ? null : written;
}

function isByHttps(server: JsonObject): boolean {
  return textAt(server, "url").startsWith("https:");
}

function filledIn(server: JsonObject, given: Readonly<Record<string, string>>): string {
  const variables = objectAt(server, "variables");
  return textAt(server, "url").replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const variable: Json | undefined = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const chosen = Object.hasOwn(given, name) ? given[name] : undefined;
    const value = chosen ?? (isJsonObject(variable) ? textAt(variable, "default") : "");
    const allowed = isJsonObject(variable) ? listAt(variable, "enum") : [];
    if (value === "") throw new UnusableError(`the server's address needs a value for ${shown(name)} (--variables)`);
    if (allowed.length > 0 && !allowed.includes(value))
      throw new UnusableError(`${shown(name)} is one of ${shown(JSON.stringify(allowed))}`);
    if (!/^[A-Za-z0-9._:/-]{1,200}$/.test(value)) throw new UnusableError(`${shown(name)} can't be ${shown(value)}`);
    return value;
  });
}

function plainBase(text: string, protocols: RegExp): string {
  const judged = judgeUrl(text);
  if (!judged.ok)
    throw new UnusableError(
      `the server's address can't be used: ${shown(text)}. ${judged.message} Give the whole address as the server (--server https://…)`,
    );
  const url = new URL(judged.target.url);
  if (!protocols.test(url.protocol))
    throw new UnusableError(
      `the server's address is not by https: ${shown(text)}; if it has to be, give it as the server (--server http://…)`,
    );
  if (url.search !== "" || text.includes("#"))
    throw new UnusableError(`the server's address has a query: ${shown(text)}`);
  return url.origin + url.pathname.replace(/\/+$/, "");
}
