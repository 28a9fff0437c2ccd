/** Where in which S3 the blobs lie: `s3://bucket/prefix?region=eu-central-1&endpoint=https://s3.example.com`. */
export interface S3Place {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
  /** `https://host` or `https://host:port` of a service that isn't Amazon's; null for Amazon's own. */
  readonly endpoint: string | null;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*)?$/;
const REGION = /^[a-z0-9-]{1,40}$/;
const ENDPOINT = /^https?:\/\/[A-Za-z0-9.:[\]-]+$/;

/** Null when the text is no such address, or says more than is known here. */
export function parseS3Place(text: string): S3Place | null {
  const [, bucket = "", path = "", asked = ""] = /^s3:\/\/([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(text) ?? [];
  const prefix = path.replace(/\/+$/, "");
  const query = new URLSearchParams(asked);
  const region = query.get("region") ?? "us-east-1";
  const endpoint = query.get("endpoint")?.replace(/\/$/, "") ?? null;
  const known = [...query.keys()].every((name) => name === "region" || name === "endpoint");
  if (!known || query.size > 2 || !BUCKET.test(bucket) || !PREFIX.test(prefix) || !REGION.test(region)) return null;
  if (prefix.split("/").some((name) => /^\.+$/.test(name))) return null;
  if (endpoint !== null && (!ENDPOINT.test(endpoint) || !URL.canParse(endpoint))) return null;
  return { bucket, prefix, region, endpoint };
}

/** Without a slash at its end; an object's key follows. Only Amazon's names, and only without dots, are hosts. */
export function s3BaseUrl({ bucket, prefix, region, endpoint }: S3Place): string {
  const service = endpoint ?? `https://s3.${region}.amazonaws.com`;
  const at =
    endpoint === null && !bucket.includes(".")
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${service}/${bucket}`;
  return prefix === "" ? at : `${at}/${prefix}`;
}
