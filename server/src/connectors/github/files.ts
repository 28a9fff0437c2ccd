import { type Calls, defineAction, path, ProviderError } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { readBody } from "../read-body.ts";
import { Repository, repositoryPath } from "./repository.ts";

const FilePath = z
  .string()
  .max(1000)
  .regex(/^(?!\/)(?!.*\/\/)(?!.*\/$).+$/, "use a path such as docs/readme.md")
  .refine((text) => !text.split("/").some((part) => part === "." || part === ".."), "leave out . and ..")
  .describe("The file's path in the repository.");
const Branch = z.string().min(1).max(250);
const Sha = z.string().regex(/^[0-9a-f]{40}$/, "use the sha of the file as it was read");
const Message = z.string().min(1).max(10_000).describe("The commit's message.");

/** GitHub gives the content of a file up to this with the rest of what it knows of it. */
const CONTENT_CHARACTERS_MAX = 1_000_000;

/** Each part encoded, the slashes between them kept. */
function contentsPath(repository: string, file: string): string {
  return `${repositoryPath(repository)}/contents/${file
    .split("/")
    .map((part) => path`${part}`)
    .join("/")}`;
}

const Stored = z.object({
  type: z.literal("file"),
  path: z.string(),
  sha: z.string(),
  size: z.int(),
  html_url: z.string().nullable(),
  encoding: z.string(),
  content: z.string(),
});
const File = Stored.omit({ type: true, encoding: true }).extend({ encoding: z.enum(["utf-8", "base64"]) });
const Commit = z.object({ sha: z.string(), html_url: z.string() });
const Written = z.object({
  path: z.string(),
  sha: z.string(),
  html_url: z.string().nullable(),
  commit: Commit.nullable(),
});

function bytesOf(text: string, encoding: "utf-8" | "base64"): Buffer {
  return Buffer.from(text, encoding === "base64" ? "base64" : "utf8");
}

/** The file as it is, or null. Throws where the path is a folder, a link or a submodule. */
function* readStored(url: string, ref: string | undefined): Calls<z.output<typeof Stored> | null> {
  const answer = yield { method: "GET", url, query: { ref }, accepts: [404] };
  if (answer.status === 404) return null;
  if (Array.isArray(answer.body) || !Stored.pick({ type: true }).safeParse(answer.body).success)
    throw new ProviderError({ kind: "rejected", message: "that path is no file" });
  return readBody(Stored, answer);
}

const getFile = defineAction({
  title: "Read a file",
  summary: "Reads a file of at most 1 MB.",
  class: "read",
  input: z.strictObject({
    repository: Repository,
    path: FilePath,
    ref: Branch.optional().describe("A branch, tag or commit; the default branch when left out."),
  }),
  output: File,
  scopes: ["repo"],
  repeat: "safe",
  destination: [],
  sample: {
    input: { repository: "acme/shop", path: "docs/readme.md" },
    output: {
      path: "docs/readme.md",
      sha: "3d21ec53a331a6f037a91c368710b99387d012c1",
      size: 5,
      html_url: "https://github.com/acme/shop/blob/main/docs/readme.md",
      encoding: "utf-8",
      content: "Hello",
    },
  },
  *perform({ repository, path: file, ref }) {
    const stored = yield* readStored(contentsPath(repository, file), ref);
    if (stored === null)
      throw new ProviderError({ kind: "not_found", message: "there is no such file, or it is not shown to you" });
    const { type: _, encoding, content, ...rest } = stored;
    if (encoding !== "base64") throw new ProviderError({ kind: "rejected", message: "the file is larger than 1 MB" });
    const bytes = bytesOf(content, "base64");
    const text = bytes.toString("utf8");
    return Buffer.from(text, "utf8").equals(bytes)
      ? { ...rest, encoding: "utf-8" as const, content: text }
      : { ...rest, encoding: "base64" as const, content: bytes.toString("base64") };
  },
});

const putFile = defineAction({
  title: "Write a file",
  summary: "Creates or replaces a file with one commit; a file that has that content already stays as it is.",
  class: "write",
  input: z.strictObject({
    repository: Repository,
    path: FilePath,
    message: Message,
    content: z.string().max(CONTENT_CHARACTERS_MAX).describe("What the file holds afterwards."),
    encoding: z.enum(["utf-8", "base64"]).default("utf-8").describe("base64 for what is no text."),
    branch: Branch.optional().describe("The default branch when left out."),
    sha: Sha.optional().describe("Only if the file still has this sha; when left out, whatever is there is replaced."),
  }),
  output: Written,
  scopes: ["repo"],
  repeat: "safe",
  destination: ["repository"],
  sample: {
    input: {
      repository: "acme/shop",
      path: "docs/readme.md",
      message: "Say hello",
      content: "Hello",
      encoding: "utf-8",
    },
    output: {
      path: "docs/readme.md",
      sha: "95b966ae1c166bd92f8ae7d1c313e738c731dfc3",
      html_url: "https://github.com/acme/shop/blob/main/docs/readme.md",
      commit: {
        sha: "7638417db6d59f3c431d3e1f261cc637155684cd",
        html_url: "https://github.com/acme/shop/commit/7638417db6d59f3c431d3e1f261cc637155684cd",
      },
    },
  },
  *perform({ repository, path: file, message, content, encoding, branch, sha }) {
    const url = contentsPath(repository, file);
    const bytes = bytesOf(content, encoding);
    const stored = yield* readStored(url, branch);
    if (stored !== null && stored.encoding === "base64" && bytesOf(stored.content, "base64").equals(bytes))
      return { path: stored.path, sha: stored.sha, html_url: stored.html_url, commit: null };
    const body = given({ message, content: bytes.toString("base64"), branch, sha: sha ?? stored?.sha });
    const Answer = z.object({ content: Written.omit({ commit: true }), commit: Commit });
    const written = readBody(Answer, yield { method: "PUT", url, body });
    return { ...written.content, commit: written.commit };
  },
});

const deleteFile = defineAction({
  title: "Delete a file",
  summary: "Deletes a file with one commit; nothing happens where there is none.",
  class: "delete",
  input: z.strictObject({
    repository: Repository,
    path: FilePath,
    message: Message,
    branch: Branch.optional().describe("The default branch when left out."),
    sha: Sha.optional().describe("Only if the file still has this sha."),
  }),
  output: z.object({ deleted: z.boolean(), commit: Commit.nullable() }),
  scopes: ["repo"],
  repeat: "safe",
  destination: ["repository"],
  sample: {
    input: { repository: "acme/shop", path: "docs/readme.md", message: "Leave without a word" },
    output: {
      deleted: true,
      commit: {
        sha: "7638417db6d59f3c431d3e1f261cc637155684cd",
        html_url: "https://github.com/acme/shop/commit/7638417db6d59f3c431d3e1f261cc637155684cd",
      },
    },
  },
  *perform({ repository, path: file, message, branch, sha }) {
    const url = contentsPath(repository, file);
    const stored = yield* readStored(url, branch);
    if (stored === null) return { deleted: false, commit: null };
    const body = given({ message, branch, sha: sha ?? stored.sha });
    const { commit } = readBody(z.object({ commit: Commit }), yield { method: "DELETE", url, body });
    return { deleted: true, commit };
  },
});

export const fileActions = { get_file: getFile, put_file: putFile, delete_file: deleteFile };
