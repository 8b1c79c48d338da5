// Who or what started a run, in words.
import type { SyncRun } from "../../api/types";

const TRIGGERS: Record<string, string> = {
  button: "Button",
  api: "API",
  cli: "Command line",
  schedule: "Schedule",
  demo: "Demo",
};

export function triggerWords(run: Pick<SyncRun, "trigger" | "requested_by">): string {
  const trigger = TRIGGERS[run.trigger] ?? run.trigger;
  return run.requested_by ? `${run.requested_by} (${trigger.toLowerCase()})` : trigger;
}
