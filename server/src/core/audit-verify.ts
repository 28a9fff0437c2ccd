/**
 * Whether an export of the audit is whole and unchanged, from its lines and public keys alone. Pure, in memory that grows
 * with the number of chains, never with the number of batches.
 * V1 Every batch follows the one before in its chain, without a gap, and fits its digest.
 * V2 Every batch is covered by the next head; every head covers just the batches that are there.
 * V3 Heads follow each other without a gap and are signed with a key that is trusted.
 * V4 The file ends with a signature over all of it.
 */
import { AUDIT_GENESIS, fitsAuditDigest } from "./audit-digest.ts";
import { AuditLine, auditEndText, type HeadLine } from "./audit-export.ts";
import { auditHeadDigest, auditHeadText, auditState, type AuditHead, type AuditPosition } from "./audit-head.ts";
import { addPublicKey, isSignedBy, type PublicKeys } from "./audit-keys.ts";
import { canonicalJson, type Json } from "./json.ts";

export interface AuditVerdict {
  /** What is wrong, each a sentence with its line; none when the export is whole and unchanged. At most `FAULTS_MAX`. */
  readonly faults: readonly string[];
  readonly organization: string | null;
  readonly batches: number;
  readonly entries: number;
  readonly chains: number;
  readonly heads: number;
  /** Of the first and last head. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** The keys that signed it. */
  readonly keyIds: readonly string[];
}

export interface AuditVerifier {
  /** The next line, without its end. @param before the SHA-256 (hex) of all bytes before this line, asked of the last one */
  push(line: string, before: () => string): void;
  /** Once there are no more lines. */
  end(): AuditVerdict;
}

const FAULTS_MAX = 100;
type Line<K extends AuditLine["kind"]> = Extract<AuditLine, { kind: K }>;

/** @param trusted the installation's public keys as its owner knows them; null believes those that the file names */
export function createAuditVerifier(trusted: PublicKeys | null): AuditVerifier {
  return new Verifier(trusted);
}

class Verifier implements AuditVerifier {
  readonly #trusted: PublicKeys | null;
  readonly #named: Map<string, Buffer> = new Map();
  readonly #faults: string[] = [];
  readonly #positions = new Map<string, AuditPosition>();
  /** Chains that grew since the last head, and the last of them that came, for the order. */
  readonly #grown = new Set<string>();
  readonly #signers = new Set<string>();
  #stage: "start" | "keys" | "positions" | "body" | "over" = "start";
  #line = 0;
  #organization: string | null = null;
  #head: { readonly seq: number; readonly digest: Buffer; readonly state: Buffer } | null = null;
  #last: { readonly chain: string; readonly seq: number } | null = null;
  #counts = { batches: 0, entries: 0, heads: 0 };
  #fromMs: number | null = null;
  #toMs: number | null = null;

  constructor(trusted: PublicKeys | null) {
    this.#trusted = trusted;
  }

  push(text: string, before: () => string): void {
    this.#line++;
    if (this.#stage === "over") return this.#fault("something follows the end of the export");
    const line = readLine(text);
    if (line === null) return this.#fault("this is no line of an export, or it was changed");
    if (this.#stage === "start" && line.kind !== "export") {
      this.#fault("the export does not begin with its first line");
      this.#stage = "keys";
    }
    switch (line.kind) {
      case "export":
        return this.#begin(line);
      case "key":
        return this.#key(line);
      case "base":
        return this.#base(line);
      case "positions":
        return this.#takePositions(line);
      case "batch":
        return this.#batch(line);
      case "head":
        return this.#takeHead(line);
      case "end":
        return this.#end(line, before());
    }
  }

  end(): AuditVerdict {
    if (this.#stage !== "over") this.#fault("the export has no end: it broke off, or its end was removed");
    return {
      faults: this.#faults.slice(0, FAULTS_MAX),
      organization: this.#organization,
      ...this.#counts,
      chains: this.#positions.size,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      keyIds: [...this.#signers],
    };
  }

  #fault(what: string): void {
    if (this.#faults.length < FAULTS_MAX) this.#faults.push(`line ${this.#line}: ${what}`);
  }

  #begin(line: Line<"export">): void {
    if (this.#stage !== "start") return this.#fault("the export begins anew");
    this.#stage = "keys";
    this.#organization = line.organization;
  }

  #key({ keyId, publicKey }: Line<"key">): void {
    if (this.#stage !== "keys") this.#fault("a key is out of its place");
    if (!addPublicKey(this.#named, publicKey, keyId)) this.#fault(`key ${keyId} is not a key of that id`);
  }

  #base(line: HeadLine): void {
    if (this.#stage !== "keys") return this.#fault("the head that the export goes on from is out of its place");
    this.#stage = "positions";
    this.#checkSignature(line);
    this.#adopt(line);
  }

  #takePositions({ chains }: Line<"positions">): void {
    if (this.#stage !== "positions") return this.#fault("positions are out of their place");
    for (const position of chains.map(readPosition)) this.#positions.set(position.chain, position);
  }

  /** What comes first of batches and heads: the positions before must be those that the base's signature binds. */
  #enterBody(): void {
    if (this.#stage === "positions") this.#checkState();
    this.#stage = "body";
  }

  #batch(line: Line<"batch">): void {
    this.#enterBody();
    this.#counts.batches++;
    this.#counts.entries += line.entries.length;
    const { chain, seq, recordedMs } = line;
    const name = `batch ${seq} of chain ${chain}`;
    const before = this.#positions.get(chain) ?? { chain, seq: 0, digest: AUDIT_GENESIS };
    const [previous, digest] = [Buffer.from(line.previous, "hex"), Buffer.from(line.digest, "hex")];
    if (seq <= before.seq) return this.#fault(`${name} comes again, or out of its order: ${before.seq} came before it`);
    if (seq > before.seq + 1) this.#fault(missing("batch", before.seq + 1, seq - 1, ` of chain ${chain}`));
    else if (!previous.equals(before.digest)) this.#fault(`${name} does not follow the batch before it`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was JSON a moment ago
    const entries = canonicalJson(line.entries as Json);
    const organization = this.#organization ?? "";
    if (!fitsAuditDigest({ organization, chain, seq, recordedMs, previous, entries }, digest))
      this.#fault(`${name} does not fit its digest: it was changed`);
    if (this.#last && (chain < this.#last.chain || (chain === this.#last.chain && seq < this.#last.seq)))
      this.#fault(`${name} is out of its order`);
    this.#last = { chain, seq };
    this.#positions.set(chain, { chain, seq, digest });
    this.#grown.add(chain);
  }

  #takeHead(line: HeadLine): void {
    this.#enterBody();
    this.#counts.heads++;
    this.#checkSignature(line);
    const before = this.#head ?? { seq: 0, digest: AUDIT_GENESIS };
    if (line.seq <= before.seq) this.#fault(`head ${line.seq} comes again, or out of its order`);
    else if (line.seq > before.seq + 1) this.#fault(missing("head", before.seq + 1, line.seq - 1));
    else if (!Buffer.from(line.previous, "hex").equals(before.digest))
      this.#fault(`head ${line.seq} does not follow the head before it`);
    for (const signed of line.chains.map(readPosition)) this.#checkCovered(line.seq, signed);
    for (const chain of this.#grown)
      this.#fault(`head ${line.seq} does not cover the batches of chain ${chain} before it`);
    this.#grown.clear();
    this.#last = null;
    this.#adopt(line);
  }

  /** That the chain's batches in the file end just where the head says. From here on the head is believed. */
  #checkCovered(head: number, signed: AuditPosition): void {
    const { chain } = signed;
    const there = this.#positions.get(chain);
    const seq = there?.seq ?? 0;
    if (!this.#grown.delete(chain)) this.#fault(`all batches of chain ${chain} that head ${head} covers are missing`);
    else if (seq < signed.seq)
      this.#fault(`${missing("batch", seq + 1, signed.seq, ` of chain ${chain}`)}, which head ${head} covers`);
    else if (seq > signed.seq)
      this.#fault(`chain ${chain} goes on after batch ${signed.seq}, where head ${head} ends it`);
    else if (!there?.digest.equals(signed.digest))
      this.#fault(`batch ${seq} of chain ${chain} is not the one that head ${head} was signed over`);
    this.#positions.set(chain, signed);
  }

  #checkSignature(line: HeadLine): void {
    const head = this.#headOf(line);
    this.#checkSigned(`head ${line.seq}`, line.keyId, auditHeadText(head), line.signature);
    if (this.#organization !== null && line.organization !== this.#organization)
      this.#fault(`head ${line.seq} is of another organization`);
  }

  #checkSigned(what: string, keyId: string, text: string, signature: string): void {
    const keys = this.#trusted ?? this.#named;
    const key = keys.get(keyId);
    this.#signers.add(keyId);
    if (key === undefined)
      return this.#fault(`${what} is signed with key ${keyId}, which is none of those that are trusted`);
    if (!isSignedBy(key, text, Buffer.from(signature, "hex"))) this.#fault(`the signature of ${what} is not its own`);
  }

  #headOf({ organization, seq, signedMs, previous, state, chains, keyId }: HeadLine): AuditHead {
    const digests = { previous: Buffer.from(previous, "hex"), state: Buffer.from(state, "hex") };
    return { organization, seq, signedMs, ...digests, chains: chains.map(readPosition), keyId };
  }

  #adopt(line: HeadLine): void {
    const head = this.#headOf(line);
    this.#head = { seq: line.seq, digest: auditHeadDigest(head), state: head.state };
    this.#fromMs ??= line.signedMs;
    this.#toMs = line.signedMs;
  }

  #checkState(): void {
    if (this.#head === null) return;
    const positions = [...this.#positions.values()].toSorted((a, b) => (a.chain < b.chain ? -1 : 1));
    if (!auditState(positions).equals(this.#head.state))
      this.#fault(`where the chains stand is not what head ${this.#head.seq} was signed over`);
  }

  #end(line: Line<"end">, before: string): void {
    this.#stage = "over";
    if (this.#head === null) this.#fault("the export holds no head");
    if (this.#grown.size > 0) this.#fault("batches come after the last head");
    this.#checkState();
    if (line.lines !== this.#line - 1) this.#fault(`the export was written with ${line.lines} lines before its end`);
    if (line.digest !== before) this.#fault("the file is not, byte for byte, the one that was exported");
    this.#checkSigned("the end", line.keyId, auditEndText(line), line.signature);
  }
}

function readLine(text: string): AuditLine | null {
  try {
    const line = AuditLine.safeParse(JSON.parse(text));
    return line.success ? line.data : null;
  } catch {
    return null;
  }
}

function readPosition([chain, seq, digest]: readonly [string, number, string]): AuditPosition {
  return { chain, seq, digest: Buffer.from(digest, "hex") };
}

/** `batch 3 of chain … is missing`, `heads 3 to 5 are missing`. */
function missing(what: "batch" | "head", from: number, to: number, of = ""): string {
  const many = what === "batch" ? "batches" : "heads";
  return from === to ? `${what} ${from}${of} is missing` : `${many} ${from} to ${to}${of} are missing`;
}
