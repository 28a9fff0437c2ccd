/** Whom the settings have this installation reach on its own behalf (PROMISES G5). */
import { s3BaseUrl } from "./adapters/blobs/s3-place.ts";
import { parseFormerKeySetting, parseKeySetting } from "./adapters/kms/parse-key-setting.ts";
import type { Config } from "./config.ts";
import { judgeUrl } from "./core/egress/judge-url.ts";
import type { OwnPurpose, SubProcessor } from "./core/ports/outbound.ts";

/** Throws `start_refused` as whoever reads the same settings does. */
export function subProcessorsOf(
  config: Pick<Config, "mail" | "providers" | "keys" | "formerKey" | "blobs">,
): readonly SubProcessor[] {
  const { mail, providers, keys, formerKey, blobs } = config;
  const settings = [parseKeySetting(keys), ...(formerKey === null ? [] : [parseFormerKeySetting(formerKey, keys)])];
  const found = [
    ...(mail === null ? [] : [{ host: mail.server.host, port: mail.server.port, purpose: "mail" as const }]),
    ...Object.values(providers).flatMap((provider) => (provider ? at(provider.issuer, "identity") : [])),
    ...settings.flatMap((setting) => (setting.kind === "kms" ? at(setting.endpoint, "key_service") : [])),
    ...(blobs === null ? [] : at(s3BaseUrl(blobs.place), "blobs")),
  ];
  return found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
}

function at(url: string, purpose: OwnPurpose): readonly SubProcessor[] {
  const judged = judgeUrl(url);
  return judged.ok ? [{ host: judged.target.host, port: judged.target.port, purpose }] : [];
}

function isSame(one: SubProcessor, other: SubProcessor): boolean {
  return one.host === other.host && one.port === other.port && one.purpose === other.purpose;
}
