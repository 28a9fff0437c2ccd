import type { Clock } from "../core/ports/clock.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { Database } from "../core/ports/database.ts";
import type { EventGate } from "../core/ports/events.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { StepKinds } from "../core/step-kind.ts";
import type { Projects } from "../engine/projects.ts";
import type { Versions } from "../engine/versions.ts";
import type { Changes } from "./changes.ts";

/** What the verbs around flows work with; built once in `app.ts`, handed to each as its first argument. */
export interface FlowParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly projects: Projects;
  readonly versions: Versions;
  readonly kinds: StepKinds;
  /** Of each project, imported ones too; left out where no flow of a project is written. */
  readonly connectors?: Connectors;
  readonly changes: Changes;
  /** What happens at providers; left out where no connector tells anything. */
  readonly eventGate?: EventGate;
  /** Where this installation is called from outside, without a slash at the end. */
  readonly publicUrl: string;
}
