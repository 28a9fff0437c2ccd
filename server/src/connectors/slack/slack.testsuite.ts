/** What Slack answers, after the examples of its method pages, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";

const USER = {
  id: "U061F7AUR",
  team_id: "T012AB3C4",
  name: "ada",
  deleted: false,
  color: "9f69e7",
  real_name: "Ada Lovelace",
  tz: "Europe/London",
  tz_offset: 0,
  profile: { avatar_hash: "ge3b51ca72de", display_name: "ada", real_name: "Ada Lovelace", email: "ada@example.com" },
  is_admin: true,
  is_bot: false,
  is_email_confirmed: true,
  updated: 1502138686,
};
const HISTORY = {
  ok: true,
  messages: [
    { type: "message", user: "U061F7AUR", text: "Is it green?", ts: "1503435956.000247" },
    { type: "message", subtype: "bot_message", bot_id: "B01", text: "It is", ts: "1503435955.000100" },
  ],
  has_more: true,
  pin_count: 0,
  response_metadata: { next_cursor: "bmV4dF90czoxNTEyMDg1ODYxMDAwNTQz" },
};
const POSTED = {
  ok: true,
  channel: "C024BE91L",
  ts: "1503435956.000247",
  message: {
    text: "The build is *green*.",
    username: "ecto1",
    bot_id: "B123ABC456",
    type: "message",
    ts: "1503435956.000247",
  },
};

/** By action; `whoami` too. */
export const slackAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [
    answer({
      ok: true,
      url: "https://acme.slack.com/",
      team: "Acme",
      user: "steward",
      team_id: "T12345678",
      user_id: "W12345678",
    }),
  ],
  post_message: [answer(POSTED)],
  update_message: [answer({ ok: true, channel: "C024BE91L", ts: "1503435956.000247", text: "The build is *red*." })],
  read_messages: [answer(HISTORY)],
  read_private_messages: [answer({ ...HISTORY, has_more: false, response_metadata: { next_cursor: "" } })],
  list_users: [answer({ ok: true, members: [USER], cache_ts: 1498777272, response_metadata: { next_cursor: "" } })],
  find_user: [answer({ ok: true, user: USER })],
  read_user: [answer({ ok: true, user: USER })],
  post_ephemeral: [answer({ ok: true, message_ts: "1503435956.000247" })],
  list_channels: [
    answer({
      ok: true,
      channels: [
        {
          id: "C012AB3CD",
          name: "general",
          is_channel: true,
          is_archived: false,
          is_private: false,
          is_member: true,
          num_members: 4,
        },
      ],
      response_metadata: { next_cursor: "dGVhbTpDMDYxRkE1UEI=" },
    }),
  ],
  upload_file: [
    answer({ ok: true, upload_url: "https://files.slack.com/upload/v1/ABC123", file_id: "F123ABC456" }),
    answer("OK - 12"),
    answer({ ok: true, files: [{ id: "F123ABC456", title: "report.csv" }] }),
  ],
};
