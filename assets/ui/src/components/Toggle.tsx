// Two or three ways to see the same thing, one of them chosen.
import type { LucideIcon } from "lucide-react";
import { ToggleGroup as Radix } from "radix-ui";

interface ToggleProps<Key extends string> {
  label: string;
  choices: readonly { key: Key; title: string; icon: LucideIcon }[];
  chosen: Key;
  onChoose: (key: Key) => void;
}

export function Toggle<Key extends string>({ label, choices, chosen, onChoose }: ToggleProps<Key>) {
  return (
    <Radix.Root
      type="single"
      aria-label={label}
      value={chosen}
      className="inline-flex rounded-lg border border-line bg-sunken p-0.5"
      onValueChange={(next) => {
        const choice = choices.find((one) => one.key === next);
        if (choice) onChoose(choice.key);
      }}
    >
      {choices.map(({ key, title, icon: Icon }) => (
        <Radix.Item
          key={key}
          value={key}
          className="inline-flex min-h-7 items-center gap-1.5 rounded-md px-2 text-[13px] font-medium text-ink-soft hover:text-ink data-[state=on]:bg-panel data-[state=on]:text-ink data-[state=on]:shadow-panel [&_svg]:size-3.5"
        >
          <Icon aria-hidden />
          {title}
        </Radix.Item>
      ))}
    </Radix.Root>
  );
}
