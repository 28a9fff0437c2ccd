import { useNavigate, useSearch } from "@tanstack/react-router";
import { auditExportAddress } from "../api/audit-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { auditFilter, FILTER_FIELDS, type Filters } from "../audit/audit-filter.ts";
import { AuditLog, type AuditView } from "../audit/AuditLog.tsx";
import { EntryPanel } from "../audit/EntryPanel.tsx";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { InstallationFrame } from "./InstallationFrame.tsx";

const words = say.people.audit;

/** The installation's own audit log: sign-ins, accounts, what belongs to no organization. */
export function InstallationAuditPage() {
  const search = useSearch({ from: "/installation/audit" });
  const { account } = useSignedIn();
  const navigate = useNavigate();
  const filters: Filters = Object.fromEntries(FILTER_FIELDS.map((field) => [field, search[field]]));
  const view: AuditView = {
    of: "installation",
    filters,
    change: (next) => void navigate(paths.installationAudit(next)),
    entry: (id) => paths.installationAudit({ ...filters, entry: id }),
    membersOf: null,
  };
  const close = () => void navigate({ ...paths.installationAudit(filters), replace: true });
  return (
    <InstallationFrame
      actions={
        <a
          href={auditExportAddress(view.of, auditFilter(filters))}
          download
          title={words.exportWhat}
          className={buttonClasses("plain")}
        >
          {words.export}
        </a>
      }
      panel={
        search.entry !== undefined && <EntryPanel key={search.entry} id={search.entry} view={view} close={close} />
      }
    >
      {account.operator && <AuditLog {...view} />}
    </InstallationFrame>
  );
}
