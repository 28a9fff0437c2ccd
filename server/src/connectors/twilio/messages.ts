import { type Action, type ConnectorAnswer, defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";

/** The account is the user name of the connection; the gate puts it in. */
export const MESSAGES = "/2010-04-01/Accounts/{user}/Messages";

export const PhoneNumber = z.string().regex(/^\+[1-9]\d{5,14}$/, "use a number such as +4915112345678");
const ServiceSid = z.string().regex(/^MG[0-9a-f]{32}$/, "use a messaging service's SID");
const MediaUrls = z.array(z.url({ protocol: /^https$/ }).max(2000)).max(10);

export const Message = z.object({
  sid: z.string(),
  status: z.string(),
  direction: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  body: z.string().nullable(),
  num_segments: z.string().optional(),
  num_media: z.string().optional(),
  price: z.string().nullable().optional(),
  price_unit: z.string().nullable().optional(),
  error_code: z.int().nullable(),
  error_message: z.string().nullable(),
  date_created: z.string().nullable().optional(),
  date_sent: z.string().nullable().optional(),
});

export const SAMPLE: z.output<typeof Message> = {
  sid: "SM1f0e8ae6ade43cb3c0ce4525424e404f",
  status: "queued",
  direction: "outbound-api",
  from: "+15017122661",
  to: "+4915112345678",
  body: "It is on its way.",
  num_segments: "1",
  num_media: "0",
  price: null,
  price_unit: "USD",
  error_code: null,
  error_message: null,
  date_created: "Sat, 21 Nov 2026 20:00:00 +0000",
  date_sent: null,
};

const hasOneSender = (input: { from?: string | undefined; messaging_service?: string | undefined }): boolean =>
  (input.from === undefined) !== (input.messaging_service === undefined);
const Sender = {
  from: PhoneNumber.optional().describe("One of your own numbers, or …"),
  messaging_service: ServiceSid.optional().describe("… the SID of a messaging service that chooses one."),
};

const sendSms = defineAction({
  title: "Send an SMS",
  summary: "Sends an SMS, or an MMS where media go with it.",
  class: "write",
  input: z
    .strictObject({
      to: PhoneNumber.describe("The number that it goes to, with +."),
      ...Sender,
      body: z.string().min(1).max(1600).describe("The text."),
      media: MediaUrls.optional().describe("Addresses of pictures and the like that go with it, which Twilio reads."),
    })
    .refine(hasOneSender, "give from or messaging_service"),
  output: Message,
  scopes: [],
  repeat: "never",
  destination: ["to", "media"],
  sample: { input: { to: "+4915112345678", from: "+15017122661", body: "It is on its way." }, output: SAMPLE },
  *perform({ to, from, messaging_service, body, media }) {
    const fields = given({ To: to, From: from, MessagingServiceSid: messaging_service, Body: body, MediaUrl: media });
    return readBody(Message, yield { method: "POST", url: `${MESSAGES}.json`, as: "form", body: fields });
  },
});

const sendWhatsApp = defineAction({
  title: "Send a WhatsApp message",
  summary: "Sends a WhatsApp message: any text within a day of the other's last, at other times an approved template.",
  class: "write",
  input: z
    .strictObject({
      to: PhoneNumber.describe("The number that it goes to, with +."),
      ...Sender,
      body: z.string().min(1).max(1600).optional().describe("The text, or …"),
      content: z
        .string()
        .regex(/^HX[0-9a-f]{32}$/, "use a template's SID")
        .optional()
        .describe("… the SID of a template."),
      variables: z
        .record(z.string().regex(/^[A-Za-z0-9_]{1,50}$/), z.string().max(1600))
        .optional()
        .describe("What the template's blanks hold."),
      media: MediaUrls.max(1)
        .optional()
        .describe("The address of a picture or the like that goes with it, which Twilio reads."),
    })
    .refine(hasOneSender, "give from or messaging_service")
    .refine((input) => (input.body === undefined) !== (input.content === undefined), "give body or content"),
  output: Message,
  scopes: [],
  repeat: "never",
  destination: ["to", "media"],
  sample: {
    input: { to: "+4915112345678", from: "+14155238886", body: "It is on its way." },
    output: { ...SAMPLE, from: "whatsapp:+14155238886", to: "whatsapp:+4915112345678" },
  },
  *perform({ to, from, messaging_service, body, content, variables, media }) {
    const fields = given({
      To: `whatsapp:${to}`,
      From: from === undefined ? undefined : `whatsapp:${from}`,
      MessagingServiceSid: messaging_service,
      Body: body,
      ContentSid: content,
      ContentVariables: variables === undefined ? undefined : JSON.stringify(variables),
      MediaUrl: media,
    });
    return readBody(Message, yield { method: "POST", url: `${MESSAGES}.json`, as: "form", body: fields });
  },
});

const getMessage: Action = defineAction({
  title: "Read a message",
  summary: "Reads a message, and whether it has arrived.",
  class: "read",
  input: z.strictObject({
    sid: z
      .string()
      .regex(/^(?:SM|MM)[0-9a-f]{32}$/, "use a message's SID")
      .describe("The message's SID."),
  }),
  output: Message,
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: { input: { sid: SAMPLE.sid }, output: { ...SAMPLE, status: "delivered" } },
  *perform({ sid }) {
    return readBody(Message, yield { method: "GET", url: `${MESSAGES}/${path`${sid}`}.json` });
  },
});

const Listed = z.object({ messages: z.array(Message), next_page_uri: z.string().nullish() });
/** The page's number, and the token that keeps the pages together while messages come in. */
const CURSOR = /^(\d{1,9})(?::([A-Za-z0-9_-]{1,200}))?$/;

/** The parameters of a page that `next_page_uri` named. */
export function pageQuery(cursor: string | null): Record<string, string | undefined> {
  const [, page, token] = CURSOR.exec(cursor ?? "") ?? [];
  return { Page: page, PageToken: token };
}

export function messagesOf(answer: ConnectorAnswer) {
  const { messages, next_page_uri } = readBody(Listed, answer);
  const query = URL.parse(next_page_uri ?? "", "https://api.twilio.com")?.searchParams;
  const next = [query?.get("Page"), query?.get("PageToken")].filter((part) => typeof part === "string").join(":");
  return { items: messages, next: CURSOR.test(next) ? next : null };
}

const Address = z
  .string()
  .regex(
    /^(?:whatsapp:)?\+[1-9]\d{5,14}$/,
    "use a number such as +4915112345678, for WhatsApp whatsapp:+4915112345678",
  );

const listMessages = defineAction({
  title: "List messages",
  summary: "Lists messages that were sent and received, newest first.",
  class: "read",
  input: z.strictObject({
    to: Address.optional().describe("Only those to this number."),
    from: Address.optional().describe("Only those from this number."),
    sent_after: z.iso.date().optional().describe("Only those of this day (UTC) and later."),
    sent_before: z.iso.date().optional().describe("Only those of this day (UTC) and earlier."),
    ...pageFields(50, 1000),
  }),
  output: z.object({ messages: z.array(Message), ...nextField }),
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: { input: { to: "+4915112345678", limit: 50, pages: 1 }, output: { messages: [SAMPLE], next: null } },
  *perform({ to, from, sent_after, sent_before, limit, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const filter = { To: to, From: from, "DateSent>": sent_after, "DateSent<": sent_before };
      return messagesOf(
        yield { method: "GET", url: `${MESSAGES}.json`, query: { ...filter, PageSize: limit, ...pageQuery(cursor) } },
      );
    });
    return { messages: items, next };
  },
});

export const messageActions = {
  send_sms: sendSms,
  send_whatsapp: sendWhatsApp,
  get_message: getMessage,
  list_messages: listMessages,
};
