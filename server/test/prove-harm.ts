/** How a promise is broken for a test, and mended. */
import type { Config } from "../src/config.ts";
import type { Database } from "../src/core/ports/database.ts";

/** What a violation may harm: the database as its superuser, the settings as the proof reads them. */
export interface Harmed {
  readonly admin: Database;
  readonly config: { -readonly [Name in keyof Config]: Config[Name] };
}
export type Harm = (harmed: Harmed) => Promise<void>;

export interface Violation {
  readonly id: string;
  readonly what: string;
  /** SQL for a superuser, or what to do. */
  readonly plant: string | Harm;
  readonly undo: string | Harm;
  readonly seen: RegExp;
}

/** A trigger that harms every row it is for; taken away by its name. */
export const trigger = (table: string, when: string, body: string) => ({
  plant: `create function public.harm() returns trigger language plpgsql as $$ begin ${body} end $$;
    create trigger harm before ${when} on ${table} for each row execute function public.harm()`,
  undo: `drop trigger harm on ${table}; drop function public.harm()`,
});

/** Somebody's id whom nobody knows. */
export const STRANGER = "0190a000-0000-7000-8000-000000000001";
