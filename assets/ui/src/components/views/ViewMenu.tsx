// Beside a list's title: the saved views, which one is shown, and what can be done with it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, ChevronDown, House, Pencil, Save, SaveAll, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { views as api, viewsQuery, type SavedView } from "../../api/views";
import { viewSearch } from "../../lib/views";
import { useFilters } from "../../state/filters";
import { toast, toastError } from "../../state/toasts";
import type { Views } from "../../state/views";
import { Button } from "../Button";
import { ConfirmDialog } from "../ConfirmDialog";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../Menu";
import { ViewDialog } from "./ViewDialog";

interface ViewMenuProps {
  views: Views;
  /** The list without a view: `All WorkSpaces`. */
  everything: string;
}

export function ViewMenu({ views, everything }: ViewMenuProps) {
  const { all, current, changed, open, page } = views;
  const client = useQueryClient();
  const { search } = useFilters();
  const [naming, setNaming] = useState<"new" | SavedView>();
  const [deleting, setDeleting] = useState<SavedView>();
  const refresh = () => client.invalidateQueries({ queryKey: viewsQuery(page).queryKey });
  const save = useMutation({
    mutationFn: (view: SavedView) => api.change(view.view_id, { search: viewSearch(search) }),
    onSuccess: (view) => {
      void refresh();
      toast("good", `“${view.name}” was saved`);
    },
    onError: (error) => toastError("The view was not saved", error),
  });
  const first = useMutation({
    mutationFn: (view: SavedView) => api.open(view.view_id, !view.is_default),
    onSuccess: (view) => {
      void refresh();
      toast("good", view.is_default ? `This page opens with “${view.name}” from now on` : `This page opens with “${everything}” again`);
    },
    onError: (error) => toastError("That was not kept", error),
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) => api.remove(view.view_id),
    onSuccess: () => {
      void refresh();
      toast("good", "The view was deleted");
      if (deleting?.view_id === current?.view_id) open(undefined, true);
      setDeleting(undefined);
    },
  });
  const own = all.filter((view) => view.visibility === "private");
  const shared = all.filter((view) => view.visibility === "organization");
  const item = (view: SavedView) => (
    <MenuItem key={view.view_id} onSelect={() => open(view)}>
      <Mark shown={view.view_id === current?.view_id} />
      <span className="max-w-64 min-w-0 flex-1 truncate">{view.name}</span>
      {view.is_default && <House aria-label="this page opens with it" />}
      {view.visibility === "organization" && <span className="text-[13px] text-ink-faint">{view.owner_name}</span>}
    </MenuItem>
  );
  return (
    <>
      <span className="flex flex-wrap items-center gap-1.5">
        <Menu
          align="start"
          trigger={
            <Button small aria-label={`View: ${current?.name ?? everything}${changed ? ", changed since it was saved" : ""}`}>
              <span className="max-w-52 truncate">{current?.name ?? everything}</span>
              {changed && <span className="text-warn">• changed</span>}
              <ChevronDown aria-hidden className="opacity-60" />
            </Button>
          }
        >
          <MenuItem onSelect={() => open(undefined)}>
            <Mark shown={current === undefined} />
            {everything}
          </MenuItem>
          {own.length > 0 && <MenuLabel>Mine</MenuLabel>}
          {own.map(item)}
          {shared.length > 0 && <MenuLabel>Shared</MenuLabel>}
          {shared.map(item)}
          <MenuLine />
          {current?.may_change && (
            <MenuItem disabled={!changed} onSelect={() => save.mutate(current)}>
              <Save aria-hidden /> Save changes
            </MenuItem>
          )}
          <MenuItem onSelect={() => setNaming("new")}>
            <SaveAll aria-hidden /> Save as…
          </MenuItem>
          {current && (
            <MenuItem onSelect={() => first.mutate(current)}>
              <House aria-hidden /> {current.is_default ? "Do not open with this view" : "Open with this view"}
            </MenuItem>
          )}
          {current?.may_change && (
            <>
              <MenuItem onSelect={() => setNaming(current)}>
                <Pencil aria-hidden /> Rename or share…
              </MenuItem>
              <MenuItem className="text-bad [&_svg]:text-bad!" onSelect={() => setDeleting(current)}>
                <Trash2 aria-hidden /> Delete…
              </MenuItem>
            </>
          )}
        </Menu>
        {current?.visibility === "organization" && <Users aria-label="Shared in the organization" className="size-4 text-ink-faint" />}
        {changed && current?.may_change && (
          <Button small kind="quiet" busy={save.isPending} onClick={() => save.mutate(current)}>
            Save
          </Button>
        )}
        {changed && current && (
          <Button small kind="quiet" onClick={() => open(current)}>
            Undo changes
          </Button>
        )}
      </span>
      {naming && (
        <ViewDialog
          page={page}
          search={viewSearch(search)}
          view={naming === "new" ? undefined : naming}
          onClose={() => setNaming(undefined)}
          onSaved={(view) => naming === "new" && open(view, true)}
        />
      )}
      {deleting && (
        <ConfirmDialog
          open
          title={`Delete the view “${deleting.name}”?`}
          action="Delete"
          busy={remove.isPending}
          error={remove.isError ? remove.error : undefined}
          onClose={() => setDeleting(undefined)}
          onConfirm={() => remove.mutate(deleting)}
        >
          {deleting.visibility === "organization" ? "Nobody in the organization will have it any more. " : ""}The rows stay as they are.
        </ConfirmDialog>
      )}
    </>
  );
}

function Mark({ shown }: { shown: boolean }) {
  return <span className="grid size-4 shrink-0 place-items-center">{shown && <Check aria-label="shown" className="text-accent!" />}</span>;
}
