// The names of CloudTrail's events, for people.
import { capital } from "./format";

/** `ModifyWorkspaceProperties` → `Modify WorkSpace properties`. */
export function eventTitle(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return capital(words).replace(/workspace(s?)/gi, "WorkSpace$1");
}

/** A person's name out of whatever CloudTrail says called. */
export function callerName(event: { user_name?: string | null; user_arn?: string | null; source_ip?: string | null }): string {
  return event.user_name ?? event.user_arn?.split("/").at(-1) ?? event.source_ip ?? "not known";
}
