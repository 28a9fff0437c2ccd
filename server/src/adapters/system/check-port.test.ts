import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { checkPort } from "./check-port.ts";

test("a port is found taken while something listens there, and free afterwards", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(checkPort("127.0.0.1", port)).rejects.toMatchObject({ code: "start_refused" });
  await expect(checkPort("localhost", port)).rejects.toThrow(`Port ${port} of localhost is taken`);
  await new Promise((resolve) => void other.close(resolve));
  await checkPort("127.0.0.1", port);
  await checkPort("127.0.0.1", port); // asking leaves nothing behind
  await checkPort("127.0.0.1", 0);
});
