// One story out of a desktop's two histories: versions of its properties, and its state log.
import type { FieldChange, ResourceVersion, StateChange, WorkspaceDetail } from "../../api/types";

export interface TimelineEntry {
  key: string;
  at: string;
  /** `created`, `changed`, … or `state`. */
  kind: string;
  differences: FieldChange[];
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

/** Newest first. */
export function timeline({ versions, state_changes }: Pick<WorkspaceDetail, "versions" | "state_changes">): TimelineEntry[] {
  return [...versions.map(ofVersion), ...state_changes.map(ofState)].sort((a, b) => b.at.localeCompare(a.at));
}
