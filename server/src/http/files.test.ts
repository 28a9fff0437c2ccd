import net from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import { send, type TestAnswer, type TestHttp, testHttp } from "../../test/http-server.ts";
import { noise, piecesOf } from "../../test/volume.ts";

let http: TestHttp;
beforeAll(async () => {
  http = await testHttp({ limits: { requestMsMax: 2000 } });
});
afterAll(() => http.close());

async function put(path: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<TestAnswer> {
  return await http.call("PUT", `/v1/files/content?path=${encodeURIComponent(path)}`, { body, headers });
}

async function idOf(path: string): Promise<string> {
  return String((await http.call("GET", `/v1/files/at?path=${encodeURIComponent(path)}`)).json()["id"]);
}

test("a file is stored, listed, read, moved, deleted and brought back", async () => {
  const made = await put("reports/März.txt", "figures", { "content-type": "text/plain" });
  expect([made.status, made.headers["etag"]]).toEqual([201, '"1"']);
  expect(made.json()).toMatchObject({ path: "reports/März.txt", mediaType: "text/plain", bytes: 7, preview: "text" });
  expect((await put("reports/März.txt", "figures 2")).status).toBe(200);
  const id = String(made.json()["id"]);
  const listed = await http.call("GET", "/v1/files?folder=reports");
  expect(listed.json()).toMatchObject({ items: [{ kind: "file", id, version: 2 }], next: null });
  expect((await http.call("GET", "/v1/files")).json()).toMatchObject({ items: [{ kind: "folder", path: "reports" }] });
  expect((await http.call("GET", `/v1/files/${id}/content`)).text).toBe("figures 2");
  expect((await http.call("GET", `/v1/files/${id}/content?version=1`)).text).toBe("figures");
  const moved = await http.call("POST", "/v1/files/move", { body: { from: "reports", to: "old/reports" } });
  expect([moved.status, moved.json()]).toEqual([200, { files: 1 }]);
  expect((await http.call("DELETE", `/v1/files/${id}`, { headers: { "if-match": '"1"' } })).status).toBe(412);
  expect((await http.call("DELETE", `/v1/files/${id}`, { headers: { "if-match": '"2"' } })).status).toBe(204);
  expect((await http.call("GET", `/v1/files/${id}/content`)).status).toBe(404);
  expect((await http.call("GET", "/v1/files/deleted")).json()).toMatchObject({ items: [{ id }] });
  expect((await http.call("POST", `/v1/files/${id}/restore`, { body: {} })).json()).toMatchObject({ deletedAt: null });
  expect((await http.call("POST", `/v1/files/${id}/versions/1/restore`)).json()).toMatchObject({
    version: 3,
    bytes: 7,
  });
  expect((await http.call("GET", `/v1/files/${id}/versions`)).json()["items"]).toHaveLength(3);
  expect((await http.call("GET", "/v1/files/volume")).json()).toMatchObject({ bytes: 7 + 9 + 7, files: 1 });
  expect((await http.call("POST", "/v1/files/delete-folder", { body: { path: "old" } })).json()).toEqual({ files: 1 });
});

test("a link names its project in the address: for a session, to read what streams out, and nothing else", async () => {
  const id = String((await put("linked.txt", "linked")).json()["id"]);
  const project = showId("prj", http.installed.project);
  const { cookie } = await http.signIn();
  const follow = (target: string, headers: Record<string, string> = {}, method = "GET") =>
    http.call(method, target, { anonymous: true, headers: { cookie, "sec-fetch-site": "same-origin", ...headers } });
  const address = `/v1/files/${id}/content?version=1&project=${project}`;
  const linked = await follow(address);
  expect([linked.status, linked.text]).toEqual([200, "linked"]);

  expect((await follow(`/v1/files/${id}/content`)).status).toBe(400);
  expect((await follow(`/v1/files/${id}/content?project=prj_00000000000000000000000001`)).status).toBe(404);
  expect((await follow(`${address}&project=${project}`)).status).toBe(400);
  expect((await follow(address, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await follow(`/v1/files/${id}?project=${project}`)).status).toBe(400);
  expect((await follow(`/v1/files/${id}?project=${project}`, {}, "DELETE")).status).toBe(400);
  expect((await http.call("GET", address)).status).toBe(422); // a key names its project in the header
  const stranger = await http.signIn({ role: null });
  expect((await follow(address, { cookie: stranger.cookie })).status).toBe(404);
});

test("a content larger than any JSON body streams in and out, of known and unknown length", async () => {
  const content = noise("large", 25_000_000);
  expect((await put("large.bin", content)).json()).toMatchObject({ bytes: content.length });
  const id = await idOf("large.bin");
  const chunked = await fetch(`${http.address}/v1/files/content?path=chunked.bin`, {
    method: "PUT",
    headers: { authorization: `Bearer ${http.apiKey}` },
    body: ReadableStream.from(piecesOf(content, 50_000)),
    duplex: "half",
  });
  expect(await chunked.json()).toMatchObject({ bytes: content.length });
  for (const one of [id, await idOf("chunked.bin")]) {
    const answer = await bytesOf(`/v1/files/${one}/content`);
    expect(answer.equals(content)).toBe(true);
  }
  const range = await bytesOf(`/v1/files/${id}/content`, { range: "bytes=1048570-2097200" });
  expect(range.equals(content.subarray(1_048_570, 2_097_201))).toBe(true);
});

async function bytesOf(target: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const answer = await fetch(http.address + target, {
    headers: { authorization: `Bearer ${http.apiKey}`, ...headers },
  });
  return Buffer.from(await answer.arrayBuffer());
}

test("ranges and entity tags work as HTTP has them", async () => {
  await put("range.txt", "0123456789");
  const target = `/v1/files/${await idOf("range.txt")}/content`;
  const ask = (headers: Record<string, string>): Promise<TestAnswer> => http.call("GET", target, { headers });
  const part = await ask({ range: "bytes=2-4" });
  expect([part.status, part.text, part.headers["content-range"], part.headers["content-length"]]).toEqual([
    206,
    "234",
    "bytes 2-4/10",
    "3",
  ]);
  expect((await ask({ range: "bytes=-3" })).text).toBe("789");
  expect((await ask({ range: "bytes=7-" })).text).toBe("789");
  expect((await ask({ range: "bytes=0-0,5-6" })).status).toBe(200);
  expect((await ask({ range: "lines=1-2" })).text).toBe("0123456789");
  const beyond = await ask({ range: "bytes=10-" });
  expect([beyond.status, beyond.json()["code"], beyond.json()["bytes"]]).toEqual([416, "range_unsatisfiable", 10]);
  expect((await ask({ range: "bytes=2-4", "if-range": '"7"' })).text).toBe("0123456789");
  expect((await ask({ range: "bytes=2-4", "if-range": '"1"' })).text).toBe("234");
  const known = await ask({ "if-none-match": '"1"' });
  expect([known.status, known.text, known.headers["etag"]]).toEqual([304, "", '"1"']);
  expect((await put("range.txt", "x", { "if-none-match": "*" })).status).toBe(412);
  expect((await put("range.txt", "x", { "if-match": '"9"' })).status).toBe(412);
  expect((await put("range.txt", "x", { "if-match": "nonsense" })).status).toBe(400);
});

test("nothing that a file holds can run as ours, whatever it is called and declared", async () => {
  const script = "<script>alert(document.domain)</script>";
  const cases: readonly (readonly [name: string, content: string | Buffer, type: RegExp, how: RegExp])[] = [
    ["page.html", script, /^application\/octet-stream$/, /^attachment/],
    ["page.txt", script, /^application\/octet-stream$/, /^attachment/],
    [
      "image.svg",
      `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
      /^application\/octet-stream$/,
      /^attachment/,
    ],
    ["image.png", `<svg>${script}</svg>`, /^application\/octet-stream$/, /^attachment/],
    ["notes.md", script, /^text\/plain; charset=utf-8$/, /^inline/],
    ["doc.pdf", `%PDF-1.7 ${script}`, /^application\/pdf$/, /^attachment/],
    ["real.png", Buffer.from("89504e470d0a1a0a", "hex"), /^image\/png$/, /^inline/],
    ["blob", Buffer.from([0, 1, 2, 3]), /^application\/octet-stream$/, /^attachment/],
  ];
  for (const [name, content, type, how] of cases) {
    await put(`run/${name}`, content, { "content-type": "text/html" });
    const answer = await http.call("GET", `/v1/files/${await idOf(`run/${name}`)}/content`);
    expect([name, answer.headers["content-type"]]).toEqual([name, expect.stringMatching(type)]);
    expect([name, answer.headers["content-disposition"]]).toEqual([name, expect.stringMatching(how)]);
    expect(answer.headers["content-security-policy"]).toMatch(/default-src 'none'; sandbox;/);
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  }
});

test("a name goes into the header whole and does no harm there", async () => {
  await put(`quote"semi;colon 'ä'.bin`, Buffer.from([0]));
  const answer = await http.call("GET", `/v1/files/${await idOf(`quote"semi;colon 'ä'.bin`)}/content`);
  expect(answer.headers["content-disposition"]).toBe(
    `attachment; filename="quote_semi_colon ___.bin"; filename*=UTF-8''quote%22semi%3Bcolon%20%27%C3%A4%27.bin`,
  );
});

test("no path leads out, and what is refused stays unwritten", async () => {
  for (const path of ["../x", "/x", "a/../../x", "a//b", "a\\b", "a\u0000b", "", "x/"])
    expect([path, (await put(path, "x")).status]).toEqual([path, 422]);
  expect((await http.call("PUT", "/v1/files/content", { body: "x" })).status).toBe(422);
  expect((await put("encoded", "x", { "content-encoding": "gzip" })).status).toBe(415);
  expect((await http.call("GET", "/v1/files/fil_nonsense")).status).toBe(404);
  expect((await http.call("GET", `/v1/files/..%2f..%2fetc%2fpasswd/content`)).status).toBe(404);
});

test("a stranger can't make us read a body", async () => {
  const answer = await send(http.address, "PUT", "/v1/files/content?path=x", {
    body: noise("x", 1000),
    anonymous: true,
  });
  expect(answer.status).toBe(401);
});

test("an upload announced too large is refused before it is read, and the connection answers", async () => {
  const text = await raw(
    `PUT /v1/files/content?path=x HTTP/1.1\r\nhost: ${new URL(http.address).host}\r\nauthorization: Bearer ${http.apiKey}\r\ncontent-length: 9000000000\r\n\r\nsome`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  expect(text).toContain('"code":"body_too_large"');
});

/** What comes back to raw bytes until the answer's body is there. */
async function raw(sent: string): Promise<string> {
  const { hostname, port } = new URL(http.address);
  const socket = net.connect(Number(port), hostname);
  let text = "";
  try {
    socket.write(sent);
    for await (const piece of socket) {
      text += String(piece);
      if (text.includes('"code":')) break;
    }
  } finally {
    socket.destroy();
  }
  return text;
}

test("an upload may take longer than other requests as long as it moves, and a cut one leaves nothing", async () => {
  const { hostname, port } = new URL(http.address);
  const begin = (path: string, bytes: number): net.Socket => {
    const socket = net.connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.write(
      `PUT /v1/files/content?path=${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${http.apiKey}\r\ncontent-length: ${bytes}\r\n\r\n`,
    );
    return socket;
  };
  const slow = begin("slow", 8);
  const answered = new Promise<string>((resolve) => void slow.once("data", (piece) => resolve(String(piece))));
  const startMs = performance.now();
  for (let at = 0; at < 8; at++) {
    slow.write("x");
    await new Promise((resolve) => void setTimeout(resolve, 500));
  }
  expect(performance.now() - startMs).toBeGreaterThan(3500); // requestMsMax is 2,000 here, looked at each second
  expect(await answered).toMatch(/^HTTP\/1\.1 201 /);
  slow.destroy();
  const cut = begin("cut", 100);
  cut.write("half");
  await expect
    .poll(async () => (await http.db.admin.query({ text: "select from steward.file_uploads" })).count)
    .toBe(1);
  cut.destroy();
  await expect
    .poll(async () => (await http.db.admin.query({ text: "select from steward.file_uploads" })).count)
    .toBe(0);
  expect((await http.call("GET", "/v1/files/at?path=cut")).status).toBe(404);
});
