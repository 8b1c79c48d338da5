// A desktop's hours made into what charts show. Pure.
import type { UsageDay, WorkspaceUsage } from "../../api/types";
import { daysBetween } from "../../lib/month";

export interface DayHours {
  day: string;
  /** Null where AWS gave no value for any of the day. */
  hours: number | null;
}

/** Every day between the first and the last that are known; those left out between them are gaps. */
export function dayHours(days: UsageDay[]): DayHours[] {
  const known = new Map(days.map((one) => [one.day, one]));
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  if (first === undefined || last === undefined) return [];
  return daysBetween(first, last).map((day) => {
    const one = known.get(day);
    const blind = one === undefined || (one.connected_minutes === 0 && one.unknown_minutes >= 12 * 60);
    return { day, hours: blind ? null : one.connected_minutes / 60 };
  });
}

/** What each of the months cost; null where there is no estimate. */
export function monthCosts({ months, estimates }: Pick<WorkspaceUsage, "months" | "estimates">): (number | null)[] {
  return months.map((month) => estimates.find((one) => one.month === month.month)?.amount ?? null);
}
