// The menu itself, at the side of wide windows and in a drawer on narrow ones.
import { Link } from "@tanstack/react-router";
import { useMay } from "../../state/access";
import { PLACES } from "./navigation";

export function Navigation({ onChoose }: { onChoose?: () => void }) {
  const managesMembers = useMay("manage_members");
  return (
    <nav aria-label="Main">
      <ul className="flex flex-col gap-0.5">
        {PLACES.filter((place) => !("ability" in place) || managesMembers).map(({ to, title, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              {...(onChoose ? { onClick: onChoose } : {})}
              className="flex items-center gap-3 rounded-lg px-3 py-2 text-sm font-medium text-ink-soft transition-colors hover:bg-sunken hover:text-ink data-[status=active]:bg-accent-soft data-[status=active]:text-accent [&_svg]:size-4.5"
            >
              <Icon aria-hidden />
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
