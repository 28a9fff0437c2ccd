/** Where effects go, as a process of its own: an HTTP server that counts what it gets and answers `{"ok":true}`. */
import { createServer } from "node:http";
import { serveParent } from "./parent.ts";

const ANSWER = '{"ok":true}';
const HEADERS = { "content-type": "application/json", "content-length": ANSWER.length };
let count = 0;

const server = createServer((request, reply) => {
  request.resume();
  request.on("end", () => {
    count++;
    reply.writeHead(200, HEADERS).end(ANSWER);
  });
});
server.keepAliveTimeout = 60_000;
await new Promise<void>((done) => void server.listen(0, "127.0.0.1", () => done()));
const bound = server.address();
serveParent(
  { port: typeof bound === "object" ? (bound?.port ?? 0) : 0 },
  () => Promise.resolve({ count }),
  () => {
    server.closeAllConnections();
    return new Promise((done) => void server.close(() => done()));
  },
);
