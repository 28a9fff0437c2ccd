import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { ask, Continued, nextOf } from "./method.ts";

const User = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  name: z.string(),
  real_name: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_email_confirmed: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  tz: z.string().nullish(),
  profile: z
    .object({ display_name: z.string().optional(), email: z.string().nullish(), title: z.string().nullish() })
    .optional(),
});
const SAMPLE: z.output<typeof User> = {
  id: "U061F7AUR",
  team_id: "T012AB3C4",
  name: "ada",
  real_name: "Ada Lovelace",
  deleted: false,
  is_bot: false,
  is_email_confirmed: true,
  tz: "Europe/London",
  profile: { display_name: "ada", email: "ada@example.com" },
};
const Channel = z.object({
  id: z.string(),
  name: z.string(),
  is_private: z.boolean().optional(),
  is_archived: z.boolean().optional(),
  is_member: z.boolean().optional(),
  num_members: z.int().optional(),
});

const listUsers = defineAction({
  title: "List people",
  summary: "Lists the people and bots of the workspace.",
  class: "read",
  input: z.strictObject(pageFields(200, 200)),
  output: z.object({ users: z.array(User), ...nextField }),
  scopes: ["users:read"],
  repeat: "safe",
  destination: [],
  sample: { input: { limit: 200, pages: 1 }, output: { users: [SAMPLE], next: null } },
  *perform(input) {
    const { items, next } = yield* followPages(input, function* (cursor) {
      const answer = yield ask("users.list", { limit: input.limit, cursor: cursor ?? undefined });
      const body = readBody(Continued.extend({ members: z.array(User) }), answer);
      return { items: body.members, next: nextOf(body) };
    });
    return { users: items, next };
  },
});

const findUser = defineAction({
  title: "Find a person by mail address",
  summary: "Finds the person of the workspace who has a mail address.",
  class: "read",
  input: z.strictObject({ email: z.email().max(254).describe("The mail address.") }),
  output: User,
  scopes: ["users:read", "users:read.email"],
  repeat: "safe",
  destination: [],
  sample: { input: { email: "ada@example.com" }, output: SAMPLE },
  *perform({ email }) {
    return readBody(z.object({ user: User }), yield ask("users.lookupByEmail", { email })).user;
  },
});

const readUser = defineAction({
  title: "Read a person",
  summary: "Reads one person of the workspace, with their mail address.",
  class: "read",
  input: z.strictObject({
    user: z
      .string()
      .regex(/^[UW][A-Z0-9]{2,30}$/, "use a person's id, such as U061F7AUR")
      .describe("The person's id."),
  }),
  output: User,
  scopes: ["users:read", "users:read.email"],
  repeat: "safe",
  destination: [],
  sample: { input: { user: "U061F7AUR" }, output: SAMPLE },
  *perform({ user }) {
    return readBody(z.object({ user: User }), yield ask("users.info", { user })).user;
  },
});

const listChannels = defineAction({
  title: "List channels",
  summary: "Lists the public channels of the workspace.",
  class: "read",
  input: z.strictObject({
    exclude_archived: z.boolean().default(true).describe("Leaves out those that are archived."),
    ...pageFields(200, 200),
  }),
  output: z.object({ channels: z.array(Channel), ...nextField }),
  scopes: ["channels:read"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { exclude_archived: true, limit: 200, pages: 1 },
    output: { channels: [{ id: "C024BE91L", name: "general", is_private: false, is_member: true }], next: null },
  },
  *perform({ exclude_archived, limit, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const fields = { types: "public_channel", exclude_archived, limit, cursor: cursor ?? undefined };
      const body = readBody(Continued.extend({ channels: z.array(Channel) }), yield ask("conversations.list", fields));
      return { items: body.channels, next: nextOf(body) };
    });
    return { channels: items, next };
  },
});

export const peopleActions = {
  list_users: listUsers,
  find_user: findUser,
  read_user: readUser,
  list_channels: listChannels,
};
