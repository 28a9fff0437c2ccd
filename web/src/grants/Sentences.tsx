import { visible } from "../visible.ts";

/** What a grant or limit says, a sentence a line. */
export function Sentences({ sentences }: { sentences: readonly string[] }) {
  return (
    <ul className="max-w-[72ch] space-y-1.5 break-words">
      {sentences.map((sentence, line) => (
        <li key={`${line} ${sentence}`}>{visible(sentence)}</li>
      ))}
    </ul>
  );
}
