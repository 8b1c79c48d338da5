// Hours of the week as a table whose cells are coloured: it can be read by eye, by pointer and by ear.
// On narrow windows the days stand side by side and the hours below each other.
import clsx from "clsx";
import { useWide } from "../../state/media";
import { formatMean, formatPart, hourWords, mostOf, strength, WEEKDAYS, type Hour } from "./heat";

/** From nobody to the busiest hour. Whole class names, so that the style sheet has them. */
const FILLS = ["bg-panel ring-1 ring-inset ring-line", "bg-accent/15", "bg-accent/35", "bg-accent/55", "bg-accent/75", "bg-accent"] as const;

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DAYS = WEEKDAYS.map((_, day) => day);

interface HeatMapProps {
  week: Hour[][];
  /** It is about one desktop: values are shares of the time. */
  one: boolean;
}

export function HeatMap({ week, one }: HeatMapProps) {
  const wide = useWide();
  const most = mostOf(week);
  const format = one ? formatPart : formatMean;
  const [rows, across] = wide ? [DAYS, HOURS] : [HOURS, DAYS];
  const name = (index: number, isDay: boolean) => (isDay ? (WEEKDAYS[index] ?? "").slice(0, 3) : String(index).padStart(2, "0"));
  const full = (index: number, isDay: boolean) => (isDay ? WEEKDAYS[index] : `${hourWords(index)} UTC`);
  return (
    <>
      <table className="w-full table-fixed border-separate border-spacing-0.5 text-[12px]">
        <caption className="sr-only">
          {one ? "How much of each hour of the week it is connected" : "Desktops connected by hour of the week, on average"}, in UTC
        </caption>
        <thead>
          <tr>
            <td className="w-9" />
            {across.map((index) => (
              <th key={index} scope="col" title={full(index, !wide)} className="font-normal text-ink-faint">
                <span className={clsx(wide && index % 2 === 1 && "max-xl:sr-only")}>{name(index, !wide)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row" title={full(row, wide)} className="pr-1.5 text-right font-normal text-ink-faint">
                {name(row, wide)}
              </th>
              {across.map((column) => {
                const [day, hour] = wide ? [row, column] : [column, row];
                return <Cell key={column} value={week[day]?.[hour] ?? null} most={most} day={day} hour={hour} tall={wide} format={format} />;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <Legend most={most} format={format} />
    </>
  );
}

interface CellProps {
  value: Hour;
  most: number;
  day: number;
  hour: number;
  tall: boolean;
  format: (value: number) => string;
}

function Cell({ value, most, day, hour, tall, format }: CellProps) {
  const step = strength(value, most);
  const words = value === null ? "no data" : format(value);
  return (
    <td
      title={`${WEEKDAYS[day]} ${hourWords(hour)} UTC: ${words}`}
      className={clsx("rounded-sm p-0", tall ? "h-8" : "h-5", step === undefined ? "no-data" : FILLS[step])}
    >
      <span className="sr-only">{words}</span>
    </td>
  );
}

function Legend({ most, format }: { most: number; format: (value: number) => string }) {
  return (
    <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-[13px] text-ink-faint">
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className={clsx("size-3.5 rounded-sm", FILLS[0])} /> nobody
      </span>
      <span className="inline-flex items-center gap-1.5">
        more than 0
        <span aria-hidden className="inline-flex gap-0.5">
          {FILLS.slice(1).map((fill) => (
            <span key={fill} className={clsx("size-3.5 rounded-sm", fill)} />
          ))}
        </span>
        {format(most)}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="no-data size-3.5 rounded-sm" /> no data
      </span>
    </div>
  );
}
