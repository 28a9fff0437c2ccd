/** How the address of a service that the project brings is written. Pure. */
const EXAMPLES: Readonly<Record<string, string>> = {
  smtp: "smtps://mail.example.com:465",
  imap: "imaps://mail.example.com:993",
  postgres: "postgres://db.example.com:5432/database",
  openai_compatible: "https://models.example.com/v1",
};

/** Of the connector; of one that has none of its own, that of a service in the web. */
export function addressExample(connector: string): string {
  return Object.hasOwn(EXAMPLES, connector) ? EXAMPLES[connector]! : "https://api.example.com/v2";
}
