/** One TLS handshake with an address, in one version and no other; for the proof of the promises. */
import tls from "node:tls";

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

const HANDSHAKE_MS_MAX = 5000;

/**
 * Whether the server at the address speaks this version. Its certificate is not asked for a name: it may be for the public
 * one. Rejects when nobody listens there, or nothing is answered in time.
 */
export async function tryHandshake(address: string, version: TlsVersion): Promise<boolean> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  return await new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      minVersion: version,
      maxVersion: version,
      rejectUnauthorized: false,
      // Else our own side would refuse the old versions before they are tried.
      ciphers: "DEFAULT:@SECLEVEL=0",
    });
    const settle = (act: () => void): void => {
      act();
      socket.destroy();
    };
    const late = new Error("the handshake was not answered in time");
    socket.setTimeout(HANDSHAKE_MS_MAX, () => settle(() => reject(late)));
    socket.once("secureConnect", () => settle(() => resolve(socket.getProtocol() === version)));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      settle(() => (error.code === "ECONNREFUSED" ? reject(error) : resolve(false))),
    );
  });
}
