// One story out of a desktop's histories: versions of its properties, its state log, and who asked AWS for what.
import type { TrailEvent } from "../../api/types";
import type { FieldChange, ResourceVersion, StateChange, WorkspaceDetail } from "../../api/types";

export interface TimelineEntry {
  key: string;
  at: string;
  /** `created`, `changed`, … or `state` or `event`. */
  kind: string;
  differences: FieldChange[];
  event?: TrailEvent;
}

function ofVersion(version: ResourceVersion): TimelineEntry {
  return {
    key: `version-${version.version}`,
    at: version.valid_from,
    kind: version.change,
    // The first version differs from nothing; its fields are the page itself.
    differences: version.change === "created" ? [] : version.differences,
  };
}

function ofState(change: StateChange, index: number): TimelineEntry {
  return {
    key: `state-${index}-${change.at}`,
    at: change.at,
    kind: "state",
    differences: [{ field: "state", before: change.from ?? null, after: change.to }],
  };
}

function ofEvent(event: TrailEvent): TimelineEntry {
  return { key: `event-${event.event_id}`, at: event.event_time, kind: "event", differences: [], event };
}

type Histories = Pick<WorkspaceDetail, "versions" | "state_changes">;

/** Newest first. */
export function timeline({ versions, state_changes }: Histories, events: TrailEvent[] = []): TimelineEntry[] {
  const all = [...versions.map(ofVersion), ...state_changes.map(ofState), ...events.map(ofEvent)];
  return all.sort((a, b) => b.at.localeCompare(a.at));
}
