import type { Approval } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { approverWords } from "../grants/approver-words.ts";
import { whyWords } from "../grants/why-words.ts";
import { useAccountNames } from "../grants/use-choices.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ByModel } from "../ui/ByModel.tsx";
import { CopyId, shortId } from "../ui/Copy.tsx";
import { JsonView } from "../ui/json/JsonView.tsx";
import { StateBadge } from "../ui/StateBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { visible } from "../visible.ts";
import { APPROVAL_STATE, approvalWord } from "./approval-state.ts";
import { Expiry } from "./Expiry.tsx";
import { useApprovalNames } from "./use-approval-names.ts";

const { approvals: words } = say;

/** What would be sent, why it asks, whom, and who has decided. */
export function ApprovalFacts({
  approval,
  alone = false,
  inRun = false,
}: {
  approval: Approval;
  /** To whom nothing but this is shown. */
  alone?: boolean;
  /** Beside the run that asks. */
  inRun?: boolean;
}) {
  const { status, sentence, expiresAt, decidedAt, id, run, flow, step, connection, changed, byModel } = approval;
  return (
    <>
      <div className="text-13">
        <StateBadge state={APPROVAL_STATE[status]} label={words.status[approvalWord(approval)]} />
        <p className="mt-1 text-text-2">
          {status === "open" ? <Expiry at={expiresAt} /> : words.statusWhat[approvalWord(approval)]}{" "}
          {decidedAt !== null && <Time at={decidedAt} />}
        </p>
      </div>
      <Message approval={approval} />
      {sentence !== null && <p className="max-w-[72ch] break-words">{visible(sentence)}</p>}
      {approval.arguments === null ? (
        <p className="text-13 text-text-2">{words.hidden}</p>
      ) : (
        <Arguments approval={approval} level={alone ? 2 : 3} />
      )}
      {byModel.length > 0 && <ByModel label={say.outbound.writtenFields(byModel)} />}
      {changed !== null && <JsonView value={changed} root="arguments" label={words.changed} level={alone ? 2 : 3} />}
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-13">
        {!inRun && (
          <>
            <Fact name={words.flow}>
              {alone ? visible(flow) : <FlowName slug={flow} />} <span className="text-text-3">{visible(step)}</span>
            </Fact>
            <Fact name={words.run}>
              {alone ? (
                <span className="font-mono text-12">{shortId(run)}</span>
              ) : (
                <Link {...paths.run(run)} className="font-mono text-12 text-accent hover:underline">
                  {shortId(run)}
                </Link>
              )}
            </Fact>
          </>
        )}
        {connection !== null && (
          <Fact name={words.connection}>{alone ? shortId(connection) : <ConnectionName id={connection} />}</Fact>
        )}
        <Fact name={words.asks}>
          {approval.why.map(({ kind, field }) => [whyWords(kind), field].filter(Boolean).join(": ")).join("; ")}
        </Fact>
        {!inRun && (
          <Fact name={words.id}>
            <CopyId id={id} />
          </Fact>
        )}
      </dl>
      {!alone && <Parties approval={approval} quiet={inRun} />}
    </>
  );
}

function FlowName({ slug }: { slug: string }) {
  return <>{useApprovalNames([]).flowOf(slug)}</>;
}

function ConnectionName({ id }: { id: string }) {
  return <>{useApprovalNames([]).connectionOf(id)}</>;
}

/** What a step asks, in its own words. */
function Message({ approval: { kind, arguments: given } }: { approval: Approval }) {
  if (kind !== "step" || typeof given !== "object" || given === null || Array.isArray(given)) return null;
  const { message } = given;
  return typeof message === "string" ? <p className="max-w-[72ch] break-words">{visible(message)}</p> : null;
}

/** What would be sent; of a step that asks, what it shows beside its message. */
function Arguments({ approval: { kind, arguments: given }, level }: { approval: Approval; level: 2 | 3 }) {
  if (kind !== "step" || typeof given !== "object" || given === null || Array.isArray(given))
    return <JsonView value={given} root="arguments" label={words.arguments} level={level} />;
  const { show } = given;
  if (show === undefined || show === null) return null;
  if (typeof show !== "string") return <JsonView value={show} root="show" label={words.shown} level={level} />;
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section aria-label={words.shown} className="space-y-1 text-13">
      <Heading className="font-medium">{words.shown}</Heading>
      <p className="max-w-[72ch] rounded-md border border-line bg-surface-1 px-3 py-2.5 break-words whitespace-pre-wrap">
        {visible(show)}
      </p>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-text-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Parties({
  approval: { parties, decisions, digest },
  quiet,
}: {
  approval: Approval;
  /** Says nothing of what nobody has decided yet. */
  quiet: boolean;
}) {
  const nameOf = useAccountNames();
  return (
    <div className="space-y-4 text-13">
      <section aria-label={words.who}>
        <h3 className="font-medium">{words.who}</h3>
        <ul>
          {parties.map(({ approvers, quorum }) => (
            <li key={approvers.join()}>
              {words.need(quorum)} {approvers.map((one) => approverWords(one, nameOf)).join(", ")}
            </li>
          ))}
        </ul>
      </section>
      {(!quiet || decisions.length > 0) && (
        <section aria-label={words.decisions}>
          <h3 className="font-medium">{words.decisions}</h3>
          {decisions.length === 0 && <p className="text-text-2">{words.noDecision}</p>}
          <ul className="space-y-1">
            {decisions.map(({ account, name, decision, via, at, note, digest: of }) => (
              <li key={`${account} ${at}`}>
                {name === null ? nameOf(account) : visible(name)} {words.decided[decision]} {words.vias[via]},{" "}
                <Time at={at} />
                {of !== digest && <span className="text-waiting"> ({words.other})</span>}
                {note !== null && <span className="block break-words text-text-2">{visible(note)}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
