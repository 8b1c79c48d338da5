// What a heat map of the week says: how strong each hour is, and the same in words. Pure.
import { formatFigure } from "../../lib/figure";
import { formatCount } from "../../lib/format";

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

export type Hour = number | null;

/** `14:00 to 15:00`. */
export const hourWords = (hour: number) => `${pad(hour)}:00 to ${pad((hour + 1) % 24)}:00`;
const pad = (hour: number) => String(hour).padStart(2, "0");

export function mostOf(week: Hour[][]): number {
  return Math.max(0, ...week.flat().map((value) => value ?? 0));
}

/** 0 for nobody, then steps up to 5; undefined where nothing is known. */
export function strength(value: Hour, most: number): number | undefined {
  if (value === null) return undefined;
  if (value === 0 || most === 0) return 0;
  return Math.max(1, Math.ceil((value / most) * 5));
}

/** Up to ten with a digit after the point: `0.3`, `62`. */
export const formatMean = (value: number) => formatFigure(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

/** Of one desktop the mean is a share of the time: `47 %`. */
export const formatPart = (value: number) => `${value > 0 && value < 0.01 ? "under 1" : Math.round(value * 100)} %`;

export function heatWords(week: Hour[][], one = false): string {
  const hours = week.flatMap((day, weekday) => day.map((value, hour) => ({ weekday, hour, value })));
  const known = hours.filter((one) => one.value !== null);
  if (known.length === 0) return "Nothing is known of these months yet.";
  const busiest = known.reduce((best, one) => ((one.value ?? 0) > (best.value ?? 0) ? one : best));
  if ((busiest.value ?? 0) === 0) return "Nobody was connected in these months.";
  const free = known.filter((one) => one.value === 0).length;
  const unknown = hours.length - known.length;
  return [
    `Busiest on ${WEEKDAYS[busiest.weekday] ?? ""} from ${hourWords(busiest.hour)} UTC, ` +
      (one
        ? `connected ${formatPart(busiest.value ?? 0)} of that time.`
        : `with ${formatMean(busiest.value ?? 0)} desktops connected on average.`),
    free > 0 && `In ${free} of ${known.length} hours of the week nobody was connected.`,
    unknown > 0 && `Of ${formatCount(unknown, "hour")} nothing is known.`,
  ]
    .filter(Boolean)
    .join(" ");
}
