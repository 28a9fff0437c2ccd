import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { OpenapiReader } from "../core/ports/openapi-reader.ts";
import type { PolicyWords } from "../core/ports/policy-words.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Scope } from "../store/scope.ts";
import type { FetchParts } from "./fetch-document.ts";
import type { ImportedConnectors } from "./imported-connectors.ts";

/** What the verbs around imported connectors work with. */
export interface ImportParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly imports: ImportsOutside;
}

/** What lies outside of these verbs and is not theirs. */
export interface ImportsOutside {
  readonly reader: OpenapiReader;
  /** Where documents are had from that are given by address. */
  readonly outside: FetchParts;
  readonly connectors: ImportedConnectors;
  /** Ids that are connectors or actions of the program's own. */
  readonly taken: ReadonlySet<string>;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  /** Grants are judged by actions, which may be others now. */
  readonly words: Pick<PolicyWords, "sayChanged">;
}
