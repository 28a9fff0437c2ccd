/** What SCIM clients send (RFC 7643, RFC 7644), as the verbs take it. Attributes that Steward has no use for are not kept. */
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { GroupChange } from "../people/sign-on-scim-groups.ts";
import type { ScimPerson } from "../people/sign-on-scim-users.ts";
import type { ScimFilter } from "../store/scim-users.ts";

const PER_PAGE_MAX = 100;
const OPERATIONS_MAX = 100;
const MEMBERS_MAX = 1000;

const Text = z.string().max(500);
/** Some clients write booleans as text. */
const Flag = z.union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })]);
const Id = Text.nullable();
const Emails = z.array(z.looseObject({ value: Text.optional(), primary: Flag.optional() })).max(50);
const User = z.looseObject({
  userName: Text.optional(),
  externalId: Id.optional(),
  displayName: Text.nullable().optional(),
  name: z
    .looseObject({ formatted: Text.nullish(), givenName: Text.nullish(), familyName: Text.nullish() })
    .nullable()
    .optional(),
  emails: Emails.optional(),
  active: Flag.optional(),
});
const Members = z.array(z.looseObject({ value: Text })).max(MEMBERS_MAX);
const Group = z.looseObject({
  displayName: Text.optional(),
  externalId: Id.optional(),
  members: Members.nullable().optional(),
});
const Patch = z.looseObject({
  Operations: z
    .array(
      z.looseObject({
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(["add", "replace", "remove"])),
        path: Text.optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(OPERATIONS_MAX),
});

export function readScimUser(body: unknown): ScimPerson {
  const { userName, externalId, displayName, name, emails, active } = parse(User, body);
  const email = (emails?.find((one) => one.primary === true) ?? emails?.[0])?.value;
  const full = [name?.givenName, name?.familyName].filter(Boolean).join(" ");
  const shown = displayName || name?.formatted || full;
  return {
    userName,
    externalId,
    active,
    ...(shown ? { displayName: shown } : {}),
    ...(email === undefined ? {} : { email }),
  };
}

/** Whole, in place of what was. */
export function readScimUserPut(body: unknown): ScimPerson {
  const { email: _email, ...person } = readScimUser(body);
  return { ...person, externalId: person.externalId ?? null, active: person.active ?? true };
}

export function readScimUserPatch(body: unknown): ScimPerson {
  let change: ScimPerson = {};
  for (const { op, path, value } of parse(Patch, body).Operations) {
    const { email: _email, ...next } = readScimUser(
      objectOf(path, op === "remove" ? null : value, ["userName", "externalId", "displayName", "active"]),
    );
    change = { ...change, ...definedOf(next) };
  }
  return change;
}

export function readScimGroup(body: unknown): GroupChange {
  const { displayName, externalId, members } = parse(Group, body);
  return definedOf({ displayName, externalId, members: members?.map(({ value }) => value) });
}

/** Whole, in place of what was. */
export function readScimGroupPut(body: unknown): GroupChange {
  const group = readScimGroup(body);
  return { ...group, externalId: group.externalId ?? null, members: group.members ?? [] };
}

const ONE_MEMBER = /^members\[value eq "([^"]{1,100})"\]$/i;

export function readScimGroupPatch(body: unknown): GroupChange {
  let change: GroupChange = {};
  const [add, remove]: [string[], string[]] = [[], []];
  for (const { op, path = "", value } of parse(Patch, body).Operations) {
    const one = ONE_MEMBER.exec(path)?.[1];
    if (one !== undefined && op === "remove") remove.push(one);
    else if (path.toLowerCase() === "members" && op !== "replace") {
      if (op === "remove" && value === undefined) change = { ...change, members: [] };
      else (op === "add" ? add : remove).push(...membersOf(value));
    } else
      change = {
        ...change,
        ...readScimGroup(
          objectOf(path === "" ? undefined : path, op === "remove" ? null : value, [
            "displayName",
            "externalId",
            "members",
          ]),
        ),
      };
  }
  return { ...change, ...(add.length === 0 ? {} : { add }), ...(remove.length === 0 ? {} : { remove }) };
}

export interface ScimQuery {
  readonly filter: ScimFilter | null;
  readonly skip: number;
  readonly limit: number;
  readonly withMembers: boolean;
}

const FILTER = /^\s*(userName|externalId|displayName)\s+eq\s+"((?:[^"\\]|\\["\\])*)"\s*$/i;
const Query = z.looseObject({
  filter: Text.optional(),
  startIndex: z.coerce.number().int().max(1_000_000).default(1),
  count: z.coerce.number().int().default(PER_PAGE_MAX),
  excludedAttributes: Text.optional(),
});

/** RFC 7644, 3.4.2: of filters, one that asks for a name or an external id. */
export function readScimQuery(query: unknown, by: readonly ScimFilter["by"][]): ScimQuery {
  const { filter, startIndex, count, excludedAttributes = "" } = parse(Query, query);
  return {
    filter: filter === undefined ? null : filterOf(filter, by),
    skip: Math.max(startIndex, 1) - 1,
    limit: Math.min(Math.max(count, 0), PER_PAGE_MAX),
    withMembers: !excludedAttributes.split(",").some((name) => name.trim().toLowerCase() === "members"),
  };
}

function filterOf(text: string, by: readonly ScimFilter["by"][]): ScimFilter {
  const [, name = "", value = ""] = FILTER.exec(text) ?? [];
  const known = by.find((one) => one.toLowerCase() === name.toLowerCase());
  if (known === undefined)
    throw new AppError("invalid_request", `Only ${by.join(" and ")} can be asked for, with eq.`, {
      scimType: "invalidFilter",
    });
  return { by: known, value: value.replace(/\\(["\\])/g, "$1") };
}

/** An operation's value as the object that it is a part of; what Steward has no use for is nothing. */
function objectOf(path: string | undefined, value: unknown, known: readonly string[]): unknown {
  if (path === undefined) return value ?? {};
  const name = known.find((one) => one.toLowerCase() === path.toLowerCase());
  if (name !== undefined) return { [name]: value };
  const [parent, child] = path.split(".");
  return parent?.toLowerCase() === "name" && child === "formatted" ? { name: { formatted: value } } : {};
}

function membersOf(value: unknown): readonly string[] {
  return parse(Members, Array.isArray(value) ? value : [value]).map((one) => one.value);
}

function definedOf<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the very entries that are not undefined
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError("value_invalid", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, {
    scimType: "invalidValue",
  });
}
