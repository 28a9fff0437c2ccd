import type { Imported } from "@steward/sdk";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { visible } from "../visible.ts";

const { import: words } = say.data.tables;

/** What became of an import: how many rows came in, which lines did not and why. */
export function ImportReport({ report, again }: { report: Imported; again: () => void }) {
  const { imported, rejected, problems } = report;
  return (
    <div className="space-y-4 p-4 text-13">
      <p role="status" className="font-medium">
        {words.done(imported)}
      </p>
      {rejected > 0 && (
        <section aria-label={words.rejected(rejected)}>
          <p>{words.rejected(rejected)}</p>
          <table className="mt-2 w-full border-collapse text-left text-12">
            <thead>
              <tr className="border-b border-line text-text-3">
                <th scope="col" className="w-14 py-1 pr-2 text-right font-medium">
                  {words.line}
                </th>
                <th scope="col" className="w-28 px-2 font-medium">
                  {words.field}
                </th>
                <th scope="col" className="font-medium">
                  {words.why}
                </th>
              </tr>
            </thead>
            <tbody>
              {problems.map(({ line, field, message }) => (
                <tr key={`${line} ${field ?? ""}`} className="border-b border-line/60 align-top">
                  <td className="py-1 pr-2 text-right">{line}</td>
                  <td className="px-2 py-1 break-words">{field !== null && visible(field)}</td>
                  <td className="py-1 break-words">{visible(message)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {problems.length < rejected && <p className="mt-2 text-12 text-text-3">{words.shown(problems.length)}</p>}
        </section>
      )}
      <Button onClick={again}>{words.another}</Button>
    </div>
  );
}
