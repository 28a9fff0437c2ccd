/** A refusal as the caller of the client meets it: the fields of an RFC 9457 problem, with Steward's `code` and `hint`. */
export interface ProblemFields {
  readonly type: string;
  readonly title: string;
  /** The HTTP status; 0 when no answer came at all. */
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint: string;
  /** The problem's other members: `field`, `line`, `run`, `problems`, … */
  readonly details: Readonly<Record<string, unknown>>;
  /** What `Retry-After` asked for, or null. */
  readonly retryAfterSeconds: number | null;
}

export class ProblemError extends Error implements ProblemFields {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | null;

  constructor(fields: ProblemFields, options?: ErrorOptions) {
    super(fields.detail === "" ? fields.title : fields.detail, options);
    this.name = "ProblemError";
    this.type = fields.type;
    this.title = fields.title;
    this.status = fields.status;
    this.detail = fields.detail;
    this.code = fields.code;
    this.hint = fields.hint;
    this.details = fields.details;
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** The problem an answer carries; an answer that isn't a problem (a proxy's page) becomes one with code `bad_answer`. */
export function problemOfAnswer(status: number, retryAfter: string | null, text: string): ProblemError {
  const members = membersOf(text);
  const take = (name: string, otherwise: string): string => {
    const value = members[name];
    return typeof value === "string" ? value : otherwise;
  };
  const { type: _, title: __, status: ___, detail: ____, code: _____, hint: ______, ...details } = members;
  return new ProblemError({
    type: take("type", "about:blank"),
    title: take("title", `The server answered ${status}`),
    status,
    detail: take("detail", `The server answered ${status} without saying why.`),
    code: take("code", "bad_answer"),
    hint: take("hint", "Check the address, and what stands between you and Steward."),
    details,
    retryAfterSeconds: secondsOf(retryAfter),
  });
}

/** The problem of a call that got no usable answer; `code` is `unreachable`, `timeout` or `bad_answer`. */
export function problemWithoutAnswer(code: string, detail: string, hint: string, cause?: unknown): ProblemError {
  const titles: Record<string, string> = {
    unreachable: "Steward can't be reached",
    timeout: "Steward did not answer in time",
  };
  const title = titles[code] ?? "The answer is not understood";
  return new ProblemError(
    { type: "about:blank", title, status: 0, detail, code, hint, details: {}, retryAfterSeconds: null },
    cause === undefined ? {} : { cause },
  );
}

function membersOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

function secondsOf(header: string | null): number | null {
  if (header === null || !/^\d{1,6}$/.test(header.trim())) return null;
  return Number(header);
}
