/**
 * Passwords are kept as Argon2id (PROMISES A1; RFC 9106; parameters of OWASP's password storage cheat sheet: 19 MiB,
 * 2 passes, 1 lane), as PHC strings. bcrypt hashes of imported accounts are accepted and replaced at the next sign-in.
 * Hashing is done off the event loop, few at a time: a flood waits, and then is refused.
 */
import { argon2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { AppError } from "../../core/errors.ts";

export interface Passwords {
  /** The hash to keep. Throws `overloaded`. */
  hash(password: string): Promise<string>;
  /** Whether the password is the one that was hashed so. A hash of an unknown form is nobody's. Throws `overloaded`. */
  verify(hash: string, password: string): Promise<boolean>;
}

const MEMORY_KB = 19_456;
const PASSES = 2;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
/** Of libuv's four threads; the others stay for files and names. */
const AT_ONCE = 2;
/** About 2.5 s of waiting. */
const WAITING_MAX = 64;

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,128})$/;
/** Costs beyond 14 would take seconds. */
const BCRYPT = /^\$2[aby]\$(?:0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

const derive = promisify(argon2);

export function createPasswords(randomBytes: (count: number) => Uint8Array): Passwords {
  const lane = createLane();
  return {
    hash: async (password) =>
      await lane(async () => {
        const salt = randomBytes(SALT_BYTES);
        const tag = await argon2id(password, salt, { memory: MEMORY_KB, passes: PASSES, lanes: 1, bytes: TAG_BYTES });
        return `$argon2id$v=19$m=${MEMORY_KB},t=${PASSES},p=1$${unpadded(salt)}$${unpadded(tag)}`;
      }),
    verify: async (hash, password) => await lane(async () => await isPassword(hash, password)),
  };
}

/** Whether a hash is to be replaced by one of ours. */
export function isImportedHash(hash: string): boolean {
  return BCRYPT.test(hash);
}

async function isPassword(hash: string, password: string): Promise<boolean> {
  if (BCRYPT.test(hash)) return await isBcrypt(hash, password);
  const parts = PHC.exec(hash);
  if (parts === null) return false;
  const [memory = 0, passes = 0, lanes = 0] = parts.slice(1, 4).map(Number);
  const expected = Buffer.from(parts[5]!, "base64");
  const salt = Buffer.from(parts[4]!, "base64");
  const tag = await argon2id(password, salt, { memory, passes, lanes, bytes: expected.length });
  return timingSafeEqual(tag, expected);
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly bytes: number;
}

async function argon2id(password: string, nonce: Uint8Array, { memory, passes, lanes, bytes }: Cost): Promise<Buffer> {
  const message = Buffer.from(password.normalize("NFKC"));
  return await derive("argon2id", { message, nonce, memory, passes, parallelism: lanes, tagLength: bytes });
}

/** In a thread made for it: the hash is slow by design, and its library would do it on the event loop. */
async function isBcrypt(hash: string, password: string): Promise<boolean> {
  const worker = new Worker(new URL("bcrypt-worker.ts", import.meta.url), { workerData: { hash, password } });
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", (same: unknown) => resolve(same === true));
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("the thread that compared a password ended without an answer")));
    });
  } finally {
    await worker.terminate();
  }
}

/** Base64 without padding, as PHC strings have it. */
function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

/** Lets few through at a time, in the order they came. */
function createLane(): <T>(act: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_MAX)
        throw new AppError("overloaded", "Too many passwords are being checked.", { retryAfterSeconds: 3 });
      await new Promise<void>((resolve) => waiting.push(resolve)); // whoever ends hands its place over
    } else running++;
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
