import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { CopyButton } from "../ui/Copy.tsx";
import { saveText } from "../ui/save-text.ts";

const { factor: words } = say.account;

/** The recovery codes, shown this once: to copy, to download, and to say that they are kept. */
export function RecoveryCodes({ codes, kept }: { codes: readonly string[]; kept: () => void }) {
  const text = `${codes.join("\n")}\n`;
  return (
    <section aria-label={words.codes} className="motion-appear max-w-md space-y-3">
      <div>
        <h3 className="text-13 font-medium">{words.codes}</h3>
        <p className="text-12 text-text-2">{words.codesWhat}</p>
      </div>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border border-line bg-surface-1 px-3 py-2.5 font-mono text-13">
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex items-center gap-2">
        <Button look="primary" onClick={kept}>
          {words.kept}
        </Button>
        <Button onClick={() => saveText(words.file, text)}>{words.download}</Button>
        <CopyButton text={text} label={words.copyCodes} />
      </div>
    </section>
  );
}
