import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/**
 * End to end where nothing but loopback exists: a network namespace in which the private address 10.0.0.5 and the metadata
 * address 169.254.169.254 are this machine's own and answer. What the guard lets through is seen by those servers.
 */
const SET_UP = "ip link set lo up && ip addr add 10.0.0.5/32 dev lo && ip addr add 169.254.169.254/32 dev lo";

const PROBE = `
import http from "node:http";
import { createEgress } from ${JSON.stringify(new URL("create-egress.ts", import.meta.url).href)};
import { parseAllowList } from ${JSON.stringify(new URL("../../core/egress/allow-list.ts", import.meta.url).href)};

const seen = [];
const server = http.createServer((request, response) => {
  seen.push(request.socket.localAddress.replace("::ffff:", "") + ":" + request.socket.localPort);
  response.end("reached");
});
const other = http.createServer(server.listeners("request")[0]);
await new Promise((resolve) => server.listen(8080, "::", resolve));
await new Promise((resolve) => other.listen(8081, "::", resolve));

const NAMES = { "rebound.test": ["10.0.0.5"], "meta.test": ["169.254.169.254"], "mixed.test": ["10.0.0.5", "127.0.0.1"] };
const URLS = [
  "http://127.0.0.1:8080/", "http://127.0.0.1:8081/", "http://2130706433:8080/", "http://0:8080/", "http://[::1]:8080/", "http://[::]:8080/",
  "http://[::ffff:10.0.0.5]:8080/", "http://10.0.0.5:8080/", "http://10.0.0.5:8081/", "http://167772165:8080/", "http://0xa.5:8080/",
  "http://169.254.169.254:8080/", "http://localhost:8080/", "http://rebound.test:8080/", "http://meta.test:8080/", "http://mixed.test:8080/",
];
const report = {};
for (const allow of ["", "10.0.0.5:8080", "127.0.0.1", "rebound.test:8080", "169.254.0.0/16"]) {
  const egress = createEgress({ allow: parseAllowList(allow), nowMs: () => performance.now(), resolve: async (name) => NAMES[name] ?? [] });
  const reached = [];
  for (const url of URLS) {
    seen.length = 0;
    const answer = await egress.request({
      method: "GET", url, headers: [], body: null, timeoutMs: 2000, responseBytesMax: 1000, redirectsMax: 0, hosts: null, secretHeaders: [],
      signal: new AbortController().signal,
    });
    if (seen.length > 0) reached.push(url + " " + seen.join());
    else if (answer.code !== "address_forbidden") reached.push(url + " " + JSON.stringify(answer));
  }
  report[allow] = reached;
  await egress.close();
}
console.log(JSON.stringify(report));
process.exit(0);
`;

function inNamespace(command: string, ...rest: string[]): ReturnType<typeof spawnSync> {
  return spawnSync("unshare", ["-n", "sh", "-c", command, "sh", ...rest], { encoding: "utf8", timeout: 30_000 });
}

const canUnshare = process.platform === "linux" && inNamespace(SET_UP).status === 0;
const why = "needs Linux, root and the programs unshare and ip";

test.skipIf(!canUnshare && process.env["CI"] === undefined)(
  `in a network of nothing but loopback, only what the operator names is reached (${why})`,
  () => {
    const ran = inNamespace(`${SET_UP} && exec "$1" --input-type=module -e "$2"`, process.execPath, PROBE);
    expect(String(ran.stderr)).toBe("");
    expect(JSON.parse(String(ran.stdout))).toEqual({
      "": [],
      "10.0.0.5:8080": [
        "http://10.0.0.5:8080/ 10.0.0.5:8080",
        "http://167772165:8080/ 10.0.0.5:8080",
        "http://0xa.5:8080/ 10.0.0.5:8080",
        "http://rebound.test:8080/ 10.0.0.5:8080",
        "http://mixed.test:8080/ 10.0.0.5:8080",
      ],
      "127.0.0.1": [
        "http://127.0.0.1:8080/ 127.0.0.1:8080",
        "http://127.0.0.1:8081/ 127.0.0.1:8081",
        "http://2130706433:8080/ 127.0.0.1:8080",
        "http://localhost:8080/ 127.0.0.1:8080",
        "http://mixed.test:8080/ 127.0.0.1:8080",
      ],
      "rebound.test:8080": ["http://rebound.test:8080/ 10.0.0.5:8080"],
      "169.254.0.0/16": [
        "http://169.254.169.254:8080/ 169.254.169.254:8080",
        "http://meta.test:8080/ 169.254.169.254:8080",
      ],
    });
  },
);
