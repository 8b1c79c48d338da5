// Five-field cron expressions: what they mean, and when they are next due in a time zone. The
// server decides when a sync starts; this shows what a schedule will do before it is saved.

interface Cron {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
  anyDay: boolean;
  anyWeekday: boolean;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/** The parsed expression, or what is wrong with it. */
export function parseCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5) return "Five fields are needed: minute, hour, day, month, weekday";
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  try {
    const weekdays = field(weekday, 0, 7, "weekday", WEEKDAYS, 0);
    if (weekdays.has(7)) weekdays.add(0);
    return {
      minutes: field(minute, 0, 59, "minute"),
      hours: field(hour, 0, 23, "hour"),
      days: field(day, 1, 31, "day"),
      months: field(month, 1, 12, "month", MONTHS, 1),
      weekdays,
      anyDay: day === "*",
      anyWeekday: weekday === "*",
    };
  } catch (wrong) {
    return wrong instanceof Error ? wrong.message : String(wrong);
  }
}

function field(text: string, least: number, most: number, name: string, words: string[] = [], firstWord = 0): Set<number> {
  const found = new Set<number>();
  const number = (given: string): number => {
    const word = words.indexOf(given.toUpperCase());
    const value = word >= 0 ? word + firstWord : Number(given);
    if (!/^\w+$/.test(given) || !Number.isInteger(value) || value < least || value > most) {
      throw new Error(`“${given}” is not a ${name} from ${least} to ${most}`);
    }
    return value;
  };
  for (const part of text.split(",")) {
    const [range = "", stepText, ...rest] = part.split("/");
    const step = stepText === undefined ? 1 : Number(stepText);
    if (rest.length > 0 || !Number.isInteger(step) || step < 1) throw new Error(`“${part}” is not a ${name}`);
    const [fromText = "", toText] = range === "*" ? [String(least), String(most)] : range.split("-");
    const from = number(fromText);
    const to = toText === undefined ? (stepText === undefined ? from : most) : number(toText);
    if (to < from) throw new Error(`“${range}” runs backwards`);
    for (let value = from; value <= to; value += step) found.add(value);
  }
  return found;
}

interface WallClock {
  month: number;
  day: number;
  hour: number;
  minute: number;
  weekday: number;
}

const MINUTE = 60_000;
const HORIZON_DAYS = 400;

/** The next times it is due, without jitter; fewer than asked for when it is due rarely. */
export function nextRuns(cron: Cron, timeZone: string, from: number, count: number): Date[] {
  const clock = wallClock(timeZone);
  const found: Date[] = [];
  let at = Math.floor(from / MINUTE) * MINUTE + MINUTE;
  const end = from + HORIZON_DAYS * 86_400_000;
  while (found.length < count && at < end) {
    const wall = clock(at);
    if (!dayMatches(cron, wall) || !cron.hours.has(wall.hour)) {
      // To the next full hour; zones differ by quarters of an hour at the finest.
      at += (60 - wall.minute) * MINUTE;
      continue;
    }
    if (cron.minutes.has(wall.minute)) found.push(new Date(at));
    at += MINUTE;
  }
  return found;
}

/** As cron has always done: with both days given, either is enough. */
function dayMatches(cron: Cron, wall: WallClock): boolean {
  if (!cron.months.has(wall.month)) return false;
  const day = cron.days.has(wall.day);
  const weekday = cron.weekdays.has(wall.weekday);
  if (!cron.anyDay && !cron.anyWeekday) return day || weekday;
  return day && weekday;
}

function wallClock(timeZone: string): (at: number) => WallClock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    weekday: "short",
    hourCycle: "h23",
  });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
    return {
      month: Number(parts.month),
      day: Number(parts.day),
      hour: Number(parts.hour),
      minute: Number(parts.minute),
      weekday: WEEKDAYS.indexOf((parts.weekday ?? "").toUpperCase()),
    };
  };
}
