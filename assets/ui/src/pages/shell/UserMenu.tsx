// The person who is logged in: profile, theme, log out.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { LogOut, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { session } from "../../api/endpoints";
import { Menu, MenuItem, MenuLabel, MenuLine, MenuRadio, MenuRadioGroup } from "../../components/Menu";
import { useMe } from "../../state/access";
import { setTheme, useTheme, type Theme } from "../../state/theme";
import { toastError } from "../../state/toasts";

const THEMES = [
  { key: "system", title: "As the system", icon: Monitor },
  { key: "light", title: "Light", icon: Sun },
  { key: "dark", title: "Dark", icon: Moon },
] as const;

export function UserMenu() {
  const me = useMe();
  const theme = useTheme();
  const navigate = useNavigate();
  const client = useQueryClient();
  const logOut = useMutation({
    mutationFn: session.logOut,
    onSuccess: async () => {
      await navigate({ to: "/login", search: {} });
      client.clear();
    },
    onError: (error) => toastError("You are still logged in", error),
  });
  const name = me.user.display_name ?? me.user.username;
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Your menu, ${name}`}
          className="flex min-h-9 items-center gap-2 rounded-full p-0.5 text-sm font-medium hover:bg-sunken sm:pr-3"
        >
          <span aria-hidden className="grid size-8 place-items-center rounded-full bg-accent-soft text-[13px] font-semibold text-accent">
            {initials(name)}
          </span>
          <span className="hidden max-w-40 truncate sm:block">{name}</span>
        </button>
      }
    >
      <MenuLabel>
        {me.user.username}
        {me.global_admin && " · global admin"}
      </MenuLabel>
      <MenuItem onSelect={() => void navigate({ to: "/profile" })}>
        <UserRound aria-hidden /> Profile and sessions
      </MenuItem>
      <MenuLine />
      <MenuLabel>Theme</MenuLabel>
      <MenuRadioGroup value={theme} onValueChange={(next) => setTheme(next as Theme)}>
        {THEMES.map(({ key, title, icon: Icon }) => (
          <MenuRadio key={key} value={key}>
            <Icon aria-hidden /> {title}
          </MenuRadio>
        ))}
      </MenuRadioGroup>
      <MenuLine />
      <MenuItem onSelect={() => logOut.mutate()}>
        <LogOut aria-hidden /> Log out
      </MenuItem>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.charAt(0) ?? "?") + (words.length > 1 ? (words.at(-1)?.charAt(0) ?? "") : "")).toUpperCase();
}
