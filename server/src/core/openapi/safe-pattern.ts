/** Of a text that a pattern is tried on. */
const TEXT_CHARACTERS_MAX = 1_000;
/** What one trial may take in steps of the engine, as far as that can be told: about a millisecond. */
const STEPS_MAX = 1_000_000;
const PATTERNS_KNOWN_MAX = 500;
/** Places where a match can go on in more than one way; each multiplies the steps by the text's length. */
const CHOICES_MAX = 2;

interface Known {
  readonly expression: RegExp;
  readonly choices: number;
}

const KNOWN = new Map<string, Known | null>();

/** `steps`: what it took at most. `fits` is null where it was not tried. */
export interface Trial {
  readonly fits: boolean | null;
  readonly steps: number;
}

/**
 * Whether the text fits a pattern of a document. Patterns are somebody else's, and the engine tries ways one after
 * another: one pattern can take hours. Tried are those without groups that repeat, without references and look-around, in
 * which at most two repetitions and one list of alternatives leave a choice, on texts short enough for them.
 */
export function tryPattern(pattern: string, text: string): Trial {
  const known = KNOWN.get(pattern);
  const found = known === undefined ? read(pattern) : known;
  if (known === undefined) {
    if (KNOWN.size >= PATTERNS_KNOWN_MAX) KNOWN.clear();
    KNOWN.set(pattern, found);
  }
  if (found === null || text.length > TEXT_CHARACTERS_MAX) return UNTRIED;
  const steps = text.length ** (found.choices + 1);
  return steps > STEPS_MAX ? UNTRIED : { fits: found.expression.test(text), steps };
}

const UNTRIED: Trial = { fits: null, steps: 0 };

function read(pattern: string): Known | null {
  const choices = choicesOf(pattern);
  if (choices === null) return null;
  try {
    return { expression: new RegExp(pattern, "u"), choices };
  } catch {
    return null;
  }
}

/** Null where there may be more of them than can be told. */
function choicesOf(pattern: string): number | null {
  const plain = pattern.replaceAll(/\\[^1-9k]/gsu, "a").replaceAll(/\[[^\]]*\]/gu, "a");
  if (/\\|\(\?(?!:)|\)[*+?{]/u.test(plain)) return null;
  const repeats = plain.match(/[*+]|\{\d*,\d*\}|(?<![*+}(])\?/gu) ?? [];
  const groups = plain.match(/\([^()]*\|/gu) ?? [];
  const isHarmless = repeats.length <= CHOICES_MAX && groups.length <= 1 && !/\([^()]*\(/u.test(plain);
  return isHarmless ? repeats.length : null;
}
