import { useNavigate } from "@tanstack/react-router";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Panel } from "../ui/Panel.tsx";
import { ImportForm } from "./ImportForm.tsx";

/** A document becomes a connector of the project. */
export function NewImportPanel({ close }: { close: () => void }) {
  const navigate = useNavigate();
  const { title } = say.imported.form;
  return (
    <Panel title={title} label={title} close={close} wide>
      <div className="p-4">
        <ImportForm id={null} done={(connector) => void navigate(paths.imported({ connector }))} />
      </div>
    </Panel>
  );
}
