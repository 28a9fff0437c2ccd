/** What the installation tells of itself: how it was set up, never a secret. */
import type { Ground } from "./ground.ts";
import type { HttpParts } from "./http/http-parts.ts";

export function installationOutside(ground: Ground, version: string): HttpParts["installation"] {
  const { config, home } = ground;
  return {
    version,
    signUp: config.signUp,
    minimumAge: config.minimumAge,
    tls: tlsOf(ground),
    home: home.folder,
    mail: config.mail
      ? { host: config.mail.server.host, from: config.mail.from }
      : { inbox: config.publicUrl === null && /^(?:127\.|\[?::1|localhost)/.test(config.host) },
  };
}

function tlsOf({ config }: Ground): HttpParts["installation"]["tls"] {
  if (config.tls) return "own";
  return config.publicUrl?.startsWith("https:") ? "proxy" : "none";
}
