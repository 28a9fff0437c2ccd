/** The yardstick, as a process of its own: a bare Fastify that answers with the body it was sent. */
import fastify from "fastify";
import { serveParent } from "./parent.ts";

const app = fastify();
app.post("/echo", (request, reply) => void reply.send(request.body));
const address = await app.listen({ host: "127.0.0.1", port: 0 });
serveParent(
  { address },
  () => Promise.resolve({}),
  () => app.close(),
);
