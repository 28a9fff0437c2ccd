/** `/scim/v2/…` (RFC 7644): the organization's directory says who its people are, by a token of the organization. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AppError, ERRORS } from "../core/errors.ts";
import {
  changeGroupAsScim,
  createGroupAsScim,
  deleteGroupAsScim,
  getGroupAsScim,
  listGroupsAsScim,
} from "../people/sign-on-scim-groups.ts";
import { findScimCaller, type ScimCaller, type ScimParts } from "../people/sign-on-scim-act.ts";
import {
  changeUserAsScim,
  createUserAsScim,
  deleteUserAsScim,
  getUserAsScim,
  listUsersAsScim,
} from "../people/sign-on-scim-users.ts";
import {
  readScimGroup,
  readScimGroupPatch,
  readScimGroupPut,
  readScimQuery,
  readScimUser,
  readScimUserPatch,
  readScimUserPut,
} from "./scim-body.ts";
import { scimAbout } from "./scim-about.ts";
import { SCHEMA, showScimGroup, showScimList, showScimUser } from "./scim-show.ts";

const BODY_BYTES_MAX = 524_288;
const PREFIX = "/scim/v2";
const MEDIA = "application/scim+json; charset=utf-8";

interface ScimCall {
  readonly caller: ScimCaller;
  readonly id: string;
  readonly query: unknown;
  readonly body: () => unknown;
}

interface ScimAnswer {
  readonly status: number;
  readonly body: object | null;
  readonly location?: string;
}

type Serve = (call: ScimCall) => Promise<ScimAnswer>;

export function registerScim(app: FastifyInstance, parts: ScimParts): void {
  const base = `${parts.publicUrl}${PREFIX}`;
  const route = (method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, serve: Serve): void => {
    app.route({
      method,
      url: `${PREFIX}${path}`,
      bodyLimit: BODY_BYTES_MAX,
      handler: async (request, reply) => await answer(parts, request, reply, serve),
    });
  };
  for (const [path, about] of Object.entries(scimAbout(base)))
    route("GET", `/${path}`, () => Promise.resolve({ status: 200, body: about }));
  userRoutes(parts, base, route);
  groupRoutes(parts, base, route);
}

type Route = (method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", path: string, serve: Serve) => void;

function userRoutes(parts: ScimParts, base: string, route: Route): void {
  route("GET", "/Users", async ({ caller, query }) => {
    const page = readScimQuery(query, ["userName", "externalId"]);
    const { rows, total } = await listUsersAsScim(parts, caller, page);
    return {
      status: 200,
      body: showScimList(
        rows.map((row) => showScimUser(base, row)),
        total,
        page.skip,
      ),
    };
  });
  route("POST", "/Users", async ({ caller, body }) => {
    const user = showScimUser(base, await createUserAsScim(parts, caller, readScimUser(body())));
    return { status: 201, body: user, location: user.meta.location };
  });
  route("GET", "/Users/:id", async ({ caller, id }) => ({
    status: 200,
    body: showScimUser(base, await getUserAsScim(parts, caller, id)),
  }));
  route("PUT", "/Users/:id", async ({ caller, id, body }) => ({
    status: 200,
    body: showScimUser(base, await changeUserAsScim(parts, caller, id, readScimUserPut(body()))),
  }));
  route("PATCH", "/Users/:id", async ({ caller, id, body }) => ({
    status: 200,
    body: showScimUser(base, await changeUserAsScim(parts, caller, id, readScimUserPatch(body()))),
  }));
  route("DELETE", "/Users/:id", async ({ caller, id }) => {
    await deleteUserAsScim(parts, caller, id);
    return { status: 204, body: null };
  });
}

function groupRoutes(parts: ScimParts, base: string, route: Route): void {
  route("GET", "/Groups", async ({ caller, query }) => {
    const page = readScimQuery(query, ["displayName", "externalId"]);
    const { rows, total } = await listGroupsAsScim(parts, caller, page);
    return {
      status: 200,
      body: showScimList(
        rows.map((row) => showScimGroup(base, row)),
        total,
        page.skip,
      ),
    };
  });
  route("POST", "/Groups", async ({ caller, body }) => {
    const group = showScimGroup(base, await createGroupAsScim(parts, caller, readScimGroup(body())));
    return { status: 201, body: group, location: group.meta.location };
  });
  route("GET", "/Groups/:id", async ({ caller, id }) => ({
    status: 200,
    body: showScimGroup(base, await getGroupAsScim(parts, caller, id)),
  }));
  route("PUT", "/Groups/:id", async ({ caller, id, body }) => ({
    status: 200,
    body: showScimGroup(base, await changeGroupAsScim(parts, caller, id, readScimGroupPut(body()))),
  }));
  route("PATCH", "/Groups/:id", async ({ caller, id, body }) => ({
    status: 200,
    body: showScimGroup(base, await changeGroupAsScim(parts, caller, id, readScimGroupPatch(body()))),
  }));
  route("DELETE", "/Groups/:id", async ({ caller, id }) => {
    await deleteGroupAsScim(parts, caller, id);
    return { status: 204, body: null };
  });
}

async function answer(parts: ScimParts, request: FastifyRequest, reply: FastifyReply, serve: Serve): Promise<void> {
  try {
    const caller = await callerOf(parts, request);
    const { params } = request;
    const id = typeof params === "object" && params !== null && "id" in params ? String(params.id) : "";
    const { status, body, location } = await serve({ caller, id, query: request.query, body: () => jsonOf(request) });
    if (location !== undefined) reply.header("location", location);
    await send(reply, status, body);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    await send(reply, statusOf(error), refusal(error));
  }
}

async function callerOf(parts: ScimParts, { headers }: FastifyRequest): Promise<ScimCaller> {
  const token = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(headers.authorization ?? "")?.[1];
  if (token === undefined) throw new AppError("unauthenticated", "The request carries no token.");
  return await findScimCaller(parts, token);
}

function jsonOf({ body, headers }: FastifyRequest): unknown {
  if (!/^application\/(?:scim\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? ""))
    throw new AppError("media_type_unsupported", "Send application/scim+json.");
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString("utf8") : "");
  } catch {
    throw new AppError("invalid_request", "The body is not JSON.", { scimType: "invalidSyntax" });
  }
}

/** RFC 7644, 3.12: what a field may not be is 400 there. */
function statusOf({ code }: AppError): number {
  return code === "value_invalid" ? 400 : ERRORS[code].status;
}

function refusal(error: AppError): object {
  const { code, message, details } = error;
  const given = typeof details["scimType"] === "string" ? details["scimType"] : null;
  const scimType = given ?? (code === "conflict" ? "uniqueness" : code === "value_invalid" ? "invalidValue" : null);
  return {
    schemas: [SCHEMA.error],
    status: String(statusOf(error)),
    ...(scimType === null ? {} : { scimType }),
    detail: message,
  };
}

async function send(reply: FastifyReply, status: number, body: object | null): Promise<void> {
  reply.code(status).header("cache-control", "no-store");
  if (body === null) await reply.send();
  else await reply.header("content-type", MEDIA).send(JSON.stringify(body));
}
