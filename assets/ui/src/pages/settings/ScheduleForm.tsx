// When every account is synced by itself, with what that will mean.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { settings as api } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { settingsQuery } from "../../api/queries";
import type { MissedRun, Settings } from "../../api/types";
import { Button } from "../../components/Button";
import { CheckField, SelectField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { parseCron } from "../../lib/cron";
import { toast } from "../../state/toasts";
import { NextRuns } from "./NextRuns";

const PRESETS = [
  ["0 * * * *", "Every hour"],
  ["0 */6 * * *", "Every 6 hours"],
  ["0 */12 * * *", "Every 12 hours"],
  ["0 3 * * *", "Every night at 3:00"],
  ["0 6 * * MON-FRI", "Monday to Friday at 6:00"],
] as const;

export function ScheduleForm({ settings, readOnly }: { settings: Settings; readOnly: boolean }) {
  const client = useQueryClient();
  const [schedule, setSchedule] = useState(settings.sync_schedule);
  const set = (changes: Partial<typeof schedule>) => setSchedule({ ...schedule, ...changes });
  const cron = parseCron(schedule.cron);
  const save = useMutation({
    mutationFn: () => api.save({ ...settings, sync_schedule: schedule }),
    onSuccess: (saved) => {
      client.setQueryData(settingsQuery.queryKey, saved);
      void client.invalidateQueries({ queryKey: ["settings"] });
      toast("good", "The schedule was saved");
    },
  });
  const problem = save.isError ? asApiError(save.error) : undefined;
  const preset = PRESETS.find(([text]) => text === schedule.cron)?.[0] ?? "";
  const zones = Intl.supportedValuesOf("timeZone");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={readOnly} className="flex flex-col gap-4">
        {problem && <ProblemNotice error={problem} placed={["sync_schedule", "sync_schedule.jitter_seconds"]} />}
        <CheckField
          label="Sync every account by schedule"
          checked={schedule.enabled}
          onChange={(event) => set({ enabled: event.target.checked })}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField label="How often" value={preset} onChange={(event) => event.target.value && set({ cron: event.target.value })}>
            {PRESETS.map(([text, title]) => (
              <option key={text} value={text}>
                {title}
              </option>
            ))}
            <option value="">As written</option>
          </SelectField>
          <TextField
            label="Cron"
            mono
            spellCheck={false}
            hint="Minute, hour, day, month, weekday"
            value={schedule.cron}
            error={typeof cron === "string" ? cron : problem?.field("sync_schedule")}
            onChange={(event) => set({ cron: event.target.value })}
          />
          <SelectField label="Time zone" value={schedule.time_zone} onChange={(event) => set({ time_zone: event.target.value })}>
            {!zones.includes(schedule.time_zone) && <option value={schedule.time_zone}>{schedule.time_zone}</option>}
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                {zone}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Spread (seconds)"
            type="number"
            min={0}
            max={86_400}
            hint="Each start is put off by up to this much, by chance"
            value={String(schedule.jitter_seconds)}
            error={problem?.field("sync_schedule.jitter_seconds")}
            onChange={(event) => set({ jitter_seconds: Math.max(0, Math.round(Number(event.target.value))) })}
          />
        </div>
        <SelectField
          label="When the server was off at that time"
          value={schedule.missed}
          onChange={(event) => set({ missed: event.target.value as MissedRun })}
        >
          <option value="run_once">Catch up once, as soon as it runs again</option>
          <option value="skip">Wait for the next time</option>
        </SelectField>
        {typeof cron !== "string" && schedule.enabled && (
          <NextRuns cron={cron} timeZone={schedule.time_zone} jitter={schedule.jitter_seconds} />
        )}
        {!readOnly && (
          <div className="flex justify-end">
            <Button type="submit" kind="primary" busy={save.isPending} disabled={typeof cron === "string"}>
              Save schedule
            </Button>
          </div>
        )}
      </fieldset>
    </form>
  );
}
