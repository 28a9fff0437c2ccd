import type { SignOnConnection } from "@steward/sdk";
import { say } from "../language.ts";
import { CopyButton } from "../ui/Copy.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";

const { form: words } = say.people.signOn;

/** What a provider must be told of us, and which certificates of its we know. */
export function ConnectionFacts({ connection }: { connection: SignOnConnection }) {
  return (
    <div className="space-y-4">
      <section aria-label={words.tell} className="space-y-2 rounded-md border border-line bg-surface-1 px-3 py-2.5">
        <h3 className="text-13 font-medium">{words.tell}</h3>
        {connection.kind === "oidc" ? (
          <Told name={words.redirectUrl} value={connection.redirectUrl} />
        ) : (
          <>
            <Told name={words.metadataUrl} value={connection.metadataUrl} />
            <Told name={words.acsUrl} value={connection.acsUrl} />
          </>
        )}
      </section>
      {connection.kind === "saml" && (
        <section aria-label={words.present}>
          <h3 className="text-13 font-medium">{words.present}</h3>
          <ul>
            {connection.certificates.map(({ sha256, expiresAt }) => (
              <li key={sha256} className="flex gap-2 text-12 text-text-2">
                <span className="min-w-0 flex-1 truncate font-mono" title={sha256}>
                  {sha256}
                </span>
                <span className="shrink-0">
                  {words.until} <Time at={expiresAt} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {!connection.signsOnOwners && <p className="text-12 text-waiting">{words.limited}</p>}
    </div>
  );
}

function Told({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <p className="text-12 text-text-3">{name}</p>
      <p className="flex items-start gap-1">
        <code className="min-w-0 flex-1 py-1 font-mono text-12 break-all select-all">{visible(value)}</code>
        <CopyButton text={value} label={words.copy(name)} />
      </p>
    </div>
  );
}
