import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * Where a Steward is, as people type it: `steward.example.com` is https, `127.0.0.1:7788` http. Refuses anything but an
 * address, and http beyond this machine unless it is spelled out, because the key would travel open.
 */
export function readAddress(text: string): string {
  const typed = text.trim();
  const url = parse(
    typed.includes("://") ? typed : `${isLoopback(parse(`http://${typed}`)) ? "http" : "https"}://${typed}`,
  );
  const plain = url !== null && (url.protocol === "http:" || url.protocol === "https:");
  if (!plain || url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "") {
    const message = `${typed === "" ? "an empty text" : typed} is not the address of a Steward`;
    throw new CliError(EXIT.usage, "usage", message, "give it as http://127.0.0.1:7788 or https://steward.example.com");
  }
  return url.origin;
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function isLoopback(url: URL | null): boolean {
  return url !== null && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}
