// Two or three ways to see the same thing, one of them chosen.
import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import { ToggleGroup as Radix } from "radix-ui";

interface ToggleProps<Key extends string> {
  label: string;
  choices: readonly { key: Key; title: string; icon: LucideIcon }[];
  chosen: Key;
  onChoose: (key: Key) => void;
  /** As wide as what is around it. */
  wide?: boolean;
}

export function Toggle<Key extends string>({ label, choices, chosen, onChoose, wide = false }: ToggleProps<Key>) {
  return (
    <Radix.Root
      type="single"
      aria-label={label}
      value={chosen}
      className={clsx("rounded-lg border border-line bg-sunken p-0.5", wide ? "flex" : "inline-flex")}
      onValueChange={(next) => {
        const choice = choices.find((one) => one.key === next);
        if (choice) onChoose(choice.key);
      }}
    >
      {choices.map(({ key, title, icon: Icon }) => (
        <Radix.Item
          key={key}
          value={key}
          className="inline-flex min-h-7 grow items-center justify-center gap-1.5 rounded-md px-2 text-[13px] font-medium text-ink-soft hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink data-[state=on]:shadow-panel data-[state=on]:ring-1 data-[state=on]:ring-line [&_svg]:size-3.5"
        >
          <Icon aria-hidden />
          {title}
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
