/** The program's own connectors, each where the operator says that its provider is. */
import { readFileSync } from "node:fs";
import type { Connector } from "@steward/sdk";
import type { Config } from "./config.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import { parsePlaces } from "./core/connectors/parse-places.ts";
import { placeConnector } from "./core/connectors/place-connector.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import { AppError } from "./core/errors.ts";

/** Throws `start_refused` for a file that is not right, naming it and the field. */
export function openConnectors({
  connectors: file,
  egressAllow,
}: Pick<Config, "connectors" | "egressAllow">): readonly Connector[] {
  if (file === null) return CONNECTORS;
  const refused = (why: string): AppError =>
    new AppError("start_refused", `STEWARD_CONNECTORS: ${file}: ${why}`, { variable: "STEWARD_CONNECTORS" });
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw refused("it can't be read");
  }
  const parsed = parsePlaces(text, CONNECTORS, parseAllowList(egressAllow));
  if (!parsed.ok) throw refused(parsed.message);
  return CONNECTORS.map((connector) => {
    const place = parsed.places.get(connector.id);
    return place === undefined ? connector : placeConnector(connector, place);
  });
}
