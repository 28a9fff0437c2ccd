import { useNavigate, useSearch } from "@tanstack/react-router";
import { auditExportAddress } from "../api/audit-queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useOrganization } from "../people/use-organization.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { auditFilter, FILTER_FIELDS, type Filters } from "./audit-filter.ts";
import { AuditFrame } from "./AuditFrame.tsx";
import { AuditLog, type AuditView } from "./AuditLog.tsx";
import { EntryPanel } from "./EntryPanel.tsx";

const words = say.people.audit;

/** The organization's audit log. */
export function AuditPage() {
  const search = useSearch({ from: "/audit" });
  const { organization, may } = useOrganization();
  const navigate = useNavigate();
  const of = { organization: organization.id };
  const filters: Filters = Object.fromEntries(FILTER_FIELDS.map((field) => [field, search[field]]));
  const view: AuditView = {
    of,
    filters,
    change: (next) => void navigate(paths.audit({ ...of, ...next })),
    entry: (id) => paths.audit({ ...of, ...filters, entry: id }),
    membersOf: may("member.read") ? organization.id : null,
  };
  return (
    <AuditFrame
      actions={
        <a
          href={auditExportAddress(of, auditFilter(filters))}
          download
          title={words.exportWhat}
          className={buttonClasses("plain")}
        >
          {words.export}
        </a>
      }
      panel={
        search.entry !== undefined && (
          <EntryPanel
            key={search.entry}
            id={search.entry}
            view={view}
            close={() => void navigate({ ...paths.audit({ ...of, ...filters }), replace: true })}
          />
        )
      }
    >
      <AuditLog {...view} />
    </AuditFrame>
  );
}
