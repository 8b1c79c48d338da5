// The menu itself, at the side of wide windows and in a drawer on narrow ones.
import { Link } from "@tanstack/react-router";
import { may, useMe } from "../../state/access";
import { GROUPS, type Place } from "./navigation";

export function Navigation({ onChoose }: { onChoose?: () => void }) {
  const me = useMe();
  return (
    <nav aria-label="Main" className="-mx-1 flex min-h-0 flex-col gap-3 px-1 lg:overflow-y-auto">
      {GROUPS.map((group) => (
        <div key={group.title ?? ""}>
          {group.title && <p className="px-3 pb-1 text-xs font-medium text-ink-faint">{group.title}</p>}
          <ul aria-label={group.title} className="flex flex-col gap-px">
            {group.places
              .filter((place) => place.ability === undefined || may(me, place.ability))
              .map((place) => (
                <li key={place.to}>
                  <PlaceLink place={place} onChoose={onChoose} />
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function PlaceLink({ place, onChoose }: { place: Place; onChoose: (() => void) | undefined }) {
  const { to, title, icon: Icon } = place;
  return (
    <Link
      to={to}
      activeOptions={{ exact: to === "/", includeSearch: false }}
      {...(onChoose ? { onClick: onChoose } : {})}
      className="flex items-center gap-3 rounded-lg px-3 py-1.5 text-sm font-medium text-ink-soft transition-colors hover:bg-sunken hover:text-ink focus-visible:-outline-offset-2 data-[status=active]:bg-accent-soft data-[status=active]:text-accent max-lg:py-2 [&_svg]:size-4.5"
    >
      <Icon aria-hidden />
      {title}
    </Link>
  );
}
