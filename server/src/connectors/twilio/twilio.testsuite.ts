/** What Twilio answers, after the examples of its reference, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";

const ACCOUNT = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
export const MESSAGE = {
  account_sid: ACCOUNT,
  api_version: "2010-04-01",
  body: "It is on its way.",
  date_created: "Sat, 21 Nov 2026 20:00:00 +0000",
  date_sent: null,
  date_updated: "Sat, 21 Nov 2026 20:00:00 +0000",
  direction: "outbound-api",
  error_code: null,
  error_message: null,
  from: "+15017122661",
  messaging_service_sid: null,
  num_media: "0",
  num_segments: "1",
  price: null,
  price_unit: "USD",
  sid: "SM1f0e8ae6ade43cb3c0ce4525424e404f",
  status: "queued",
  subresource_uris: { media: `/2010-04-01/Accounts/${ACCOUNT}/Messages/SM1f0e8ae6ade43cb3c0ce4525424e404f/Media.json` },
  to: "+4915112345678",
  uri: `/2010-04-01/Accounts/${ACCOUNT}/Messages/SM1f0e8ae6ade43cb3c0ce4525424e404f.json`,
};
export const messageList = (messages: readonly object[], next: string | null = null): ConnectorAnswer =>
  answer(
    JSON.parse(
      JSON.stringify({
        end: messages.length,
        first_page_uri: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json?PageSize=50&Page=0`,
        messages,
        next_page_uri: next,
        page: 0,
        page_size: 50,
        previous_page_uri: null,
        start: 0,
        uri: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json?PageSize=50&Page=0`,
      }),
    ),
  );
export const inbound = (sid: string) => ({ ...MESSAGE, sid, direction: "inbound", status: "received" });

/** By action; `whoami` too, and what polls ask for. */
export const twilioAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [answer({ sid: ACCOUNT, friendly_name: "Acme", status: "active", type: "Full", owner_account_sid: ACCOUNT })],
  send_sms: [answer(MESSAGE, 201)],
  send_whatsapp: [answer({ ...MESSAGE, from: "whatsapp:+14155238886", to: "whatsapp:+4915112345678" }, 201)],
  get_message: [answer({ ...MESSAGE, status: "delivered", price: "-0.00750" })],
  list_messages: [
    messageList(
      [MESSAGE],
      `/2010-04-01/Accounts/${ACCOUNT}/Messages.json?To=%2B49&PageSize=50&Page=1&PageToken=PASM1f0e8ae6ade43cb3c0ce4525424e404f`,
    ),
  ],
  "message_received.first": [
    messageList([inbound("SM1")], "/2010-04-01/Accounts/AC/Messages.json?Page=1&PageToken=PA1"),
  ],
  "message_received.next": [messageList([inbound("SM2"), inbound("SM1")])],
};
