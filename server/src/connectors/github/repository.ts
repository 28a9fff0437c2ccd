/** How repositories, people and pages are named at GitHub. */
import { type ConnectorAnswer, path } from "@steward/sdk";
import { z } from "zod";

/** One field and not two, so that a grant can name repositories, or all of an owner's with `acme/*`. */
export const Repository = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/[A-Za-z0-9._-]{1,100}$/, "use owner/name")
  .describe("The repository as owner/name.");

export const ThreadNumber = z.int().min(1);

/** `/repos/acme/shop`. */
export function repositoryPath(repository: string): string {
  const [owner = "", name = ""] = repository.split("/");
  return path`/repos/${owner}/${name}`;
}

export const Person = z.object({ login: z.string(), html_url: z.string() }).nullable();

const CURSOR = /^(page|after)=(.{1,500})$/s;

/** A cursor as the two parameters that GitHub's own links go on with. */
export function pageQuery(cursor: string | null): Record<string, string> {
  const [, name, value] = CURSOR.exec(cursor ?? "") ?? [];
  return name === undefined || value === undefined ? {} : { [name]: value };
}

/** The cursor of the page that the answer's header `Link` names as the next. */
export function nextCursor(answer: ConnectorAnswer): string | null {
  const next = /<([^<>]+)>\s*;\s*rel="next"/.exec(answer.headers["link"] ?? "")?.[1];
  const query = next === undefined ? null : URL.parse(next, "https://api.github.com")?.searchParams;
  for (const name of ["after", "page"]) {
    const value = query?.get(name);
    if (value !== null && value !== undefined) return `${name}=${value}`;
  }
  return null;
}
