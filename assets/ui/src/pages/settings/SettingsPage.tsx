// Settings of the installation: when it syncs by itself, and the clients it knows.
import { useQuery } from "@tanstack/react-query";
import { settingsQuery } from "../../api/queries";
import { Notice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { useMay } from "../../state/access";
import { ActionsPanel } from "./ActionsPanel";
import { Organizations } from "./Organizations";
import { ScheduleForm } from "./ScheduleForm";

export function SettingsPage() {
  const query = useQuery(settingsQuery);
  const mayChange = useMay("manage_installation");
  return (
    <Page title="Settings">
      <div className="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        {query.isError ? (
          <Panel flush>
            <Failed error={query.error} onRetry={() => void query.refetch()} />
          </Panel>
        ) : query.data === undefined ? (
          <SkeletonPanel className="h-64" />
        ) : (
          <Panel title="Sync schedule">
            {!mayChange && (
              <div className="mb-4">
                <Notice kind="info" title="Only a global admin can change this" />
              </div>
            )}
            <ScheduleForm key={JSON.stringify(query.data)} settings={query.data} readOnly={!mayChange} />
          </Panel>
        )}
        <div className="grid min-w-0 gap-4 lg:gap-5">
          <Organizations />
          <ActionsPanel />
        </div>
      </div>
    </Page>
  );
}
