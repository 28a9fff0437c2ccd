/** What of SCIM is served, as clients ask for it (RFC 7644, section 4; RFC 7643, sections 5 to 7). */
import { SCHEMA, showScimList } from "./scim-show.ts";

const NO = { supported: false };
const CONFIG = {
  schemas: [SCHEMA.config],
  patch: { supported: true },
  bulk: { ...NO, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: 100 },
  changePassword: NO,
  sort: NO,
  etag: NO,
  authenticationSchemes: [
    { type: "oauthbearertoken", name: "Token", description: "A token of the organization, as a bearer token" },
  ],
};
const SCHEMAS = [
  {
    schemas: [SCHEMA.schema],
    id: SCHEMA.user,
    name: "User",
    attributes: [
      attribute("userName", { required: true, uniqueness: "server" }),
      attribute("externalId", { caseExact: true }),
      attribute("displayName"),
      attribute("active", { type: "boolean" }),
    ],
  },
  {
    schemas: [SCHEMA.schema],
    id: SCHEMA.group,
    name: "Group",
    attributes: [
      attribute("displayName", { required: true, uniqueness: "server" }),
      attribute("externalId", { caseExact: true }),
      attribute("members", { type: "complex", multiValued: true }),
    ],
  },
];

/** By path below the base. */
export function scimAbout(base: string): Readonly<Record<string, object>> {
  const type = (name: string, schema: string) => ({
    schemas: [SCHEMA.resourceType],
    id: name,
    name,
    endpoint: `/${name}s`,
    schema,
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/${name}` },
  });
  return {
    ServiceProviderConfig: CONFIG,
    ResourceTypes: showScimList([type("User", SCHEMA.user), type("Group", SCHEMA.group)], 2, 0),
    Schemas: showScimList(SCHEMAS, SCHEMAS.length, 0),
  };
}

function attribute(name: string, more: object = {}) {
  return {
    name,
    type: "string",
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: "readWrite",
    returned: "default",
    uniqueness: "none",
    ...more,
  };
}
