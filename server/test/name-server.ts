/** A name server on loopback that knows TXT records and nothing else (RFC 1035, section 4). */
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";

export interface NameServer {
  /** By name; a name without an entry has no records. */
  readonly zone: Map<string, string>;
  /** From now on every lookup of this process goes here instead of to the machine's name servers. */
  takeOver(): void;
  close(): void;
}

const HEADER_BYTES = 12;
const TXT = 16;

export async function startNameServer(): Promise<NameServer> {
  const zone: NameServer["zone"] = new Map();
  const socket = createSocket("udp4");
  socket.on("message", (query, { port }) => socket.send(answerTo(query, zone), port, "127.0.0.1"));
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const server = `127.0.0.1:${socket.address().port}`;
  const { resolveTxt } = Resolver.prototype;
  return {
    zone,
    takeOver() {
      Resolver.prototype.resolveTxt = function (name) {
        this.setServers([server]);
        return resolveTxt.call(this, name);
      };
    },
    close() {
      Resolver.prototype.resolveTxt = resolveTxt;
      socket.close();
    },
  };
}

function answerTo(query: Buffer, zone: NameServer["zone"]): Buffer {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString());
    at += 1 + length;
  }
  const question = query.subarray(HEADER_BYTES, at + 5);
  const text = zone.get(labels.join(".").toLowerCase());
  const record = text === undefined ? [] : [recordOf(text)];
  const header = [query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, record.length, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(header), question, ...record]);
}

/** Of the name that was asked for (a pointer to it), valid for a minute; one text has 255 bytes at most. */
function recordOf(text: string): Buffer {
  const data = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  return Buffer.concat([
    Buffer.from([0xc0, HEADER_BYTES, 0, TXT, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255]),
    data,
  ]);
}
