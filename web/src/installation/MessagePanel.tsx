import type { MailMessage } from "@steward/sdk";
import { useClient } from "../api/client.ts";
import { installationKeys } from "../api/installation-queries.ts";
import { say } from "../language.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { CopyButton, CopyId } from "../ui/Copy.tsx";
import { Panel } from "../ui/Panel.tsx";
import { Time } from "../ui/Time.tsx";
import { useAct } from "../ui/use-act.ts";
import { visible } from "../visible.ts";
import { mailSubject } from "./mail-subject.ts";

const { mail: words } = say.people.installation;

/** A message as it would be read, its links to open; sealed ones say only how they fare. */
export function MessagePanel({ message, close }: { message: MailMessage; close: () => void }) {
  const client = useClient();
  const { id, status, error, content, createdAt } = message;
  const subject = mailSubject(message);
  const retry = useAct({
    act: () => client.retryMail({ message: id }),
    changes: [installationKeys.mail, installationKeys.facts],
    said: () => words.retried,
  });
  return (
    <Panel title={subject} label={words.panel(subject)} close={close}>
      <div className="space-y-4 p-4 text-13">
        <div className="flex items-center justify-between gap-3">
          <CopyId id={id} />
          <Time at={createdAt} className="text-text-2" />
        </div>
        <div className="flex items-center justify-between gap-3">
          <span className={status === "failed" ? "text-failed" : "text-text-2"}>
            {error === null ? words.status[status] : words.failedWith(error)}
          </span>
          {status === "failed" && (
            <Button disabled={retry.isPending} onClick={() => retry.mutate()}>
              {words.retry}
            </Button>
          )}
        </div>
        {content === null ? (
          <p className="text-text-2">{words.sealed}</p>
        ) : (
          <>
            <p className="text-text-2">
              {words.to} <span className="text-text-1">{visible(content.to)}</span>
            </p>
            {content.links.length > 0 && <Links links={content.links} />}
            <pre className="rounded-md border border-line bg-surface-1 p-3 font-sans text-13 break-words whitespace-pre-wrap">
              {visible(content.text)}
            </pre>
          </>
        )}
      </div>
    </Panel>
  );
}

function Links({ links }: { links: readonly string[] }) {
  return (
    <section aria-label={words.links} className="space-y-1.5">
      {links.map((link) => (
        <div key={link} className="flex items-center gap-1">
          {isWeb(link) ? (
            <a href={link} rel="noreferrer" className={buttonClasses("plain", "min-w-0 flex-1 justify-start")}>
              <span className="truncate">{visible(link)}</span>
            </a>
          ) : (
            <code className="min-w-0 flex-1 truncate font-mono text-12">{visible(link)}</code>
          )}
          <CopyButton text={link} label={say.copy.address} />
        </div>
      ))}
    </section>
  );
}

/** Only these are made to be pressed. */
function isWeb(link: string): boolean {
  return /^https?:\/\//i.test(link);
}
