//! Which time of a thing is meant, and the filter that a time makes on it.

use super::clauses::{Parse, unused};
use super::fields::{Entity, Field};
use super::moments::{Side, begin, end, phrase};
use super::query::{Filter, Test};
use super::times::When;
use domain::UtcTime;

impl Parse<'_> {
    /// The time field that the verb or field at `place` speaks of.
    pub(super) fn time_field(&self, place: usize) -> Option<Field> {
        use Entity as E;
        let mention = &self.m[place];
        if self.used[place] {
            return None;
        }
        if let Some(field) = self.field_at(place)
            && field.is_time()
        {
            return Some(field);
        }
        if let Some(field) = self.field_at(place)
            && field == Field::IdleDays
        {
            return Some(Field::LastConnectedAt);
        }
        let e = self.entity;
        let desktop = e.is_desktop();
        if desktop && mention.property() == Some("unused") {
            return Some(Field::LastConnectedAt);
        }
        if e == E::Account && mention.property() == Some("never_synced") {
            return Some(Field::LastCompleteSync);
        }
        if desktop && matches!(mention.text.as_str(), "idle" | "inactive" | "idling") {
            return Some(Field::LastConnectedAt);
        }
        mention.verbs().find_map(|verb| {
            Some(match (verb, e) {
                ("delete", E::DesktopEver) => Field::DeletedAt,
                ("terminate", E::DesktopEver) => Field::TerminatedAt,
                ("vanish", E::DesktopEver) => Field::MissingSince,
                ("create", E::Desktop | E::DesktopEver | E::Organization | E::Account | E::Job) => {
                    Field::CreatedAt
                }
                ("create" | "seen", E::Directory | E::Bundle) => Field::FirstSeenAt,
                ("seen", E::Desktop | E::DesktopEver) => Field::FirstSeenAt,
                ("connect", E::Desktop | E::DesktopEver) => Field::LastConnectedAt,
                ("check", E::Desktop) => Field::CheckedAt,
                ("sync", E::Account) => Field::LastCompleteSync,
                ("start", E::Sync) => Field::StartedAt,
                ("start", E::Job)
                    if matches!(mention.text.as_str(), "started" | "began" | "begun") =>
                {
                    Field::StartedAt
                }
                ("start" | "request", E::Job) => Field::CreatedAt,
                ("finish", E::Sync) => Field::CompletedAt,
                ("finish", E::Job) => Field::FinishedAt,
                ("raise" | "start", E::Alert) => Field::RaisedAt,
                ("close", E::Alert) => Field::ClosedAt,
                (
                    "change" | "create" | "delete" | "terminate" | "vanish" | "seen" | "start",
                    E::Version,
                ) => Field::ValidFrom,
                ("change" | "start", E::StateChange) => Field::ChangedAt,
                _ => return None,
            })
        })
    }

    pub(super) fn time_filter(
        &self,
        field: Field,
        negated: bool,
        side: Side,
        when: &When,
        until: Option<When>,
        said: &str,
    ) -> Option<(Filter, Option<String>)> {
        let what = phrase(field);
        let make = |from: Option<UtcTime>, to: Option<UtcTime>, said: String| {
            Filter::new(Test::Time {
                field,
                from,
                to,
                or_never: false,
                said,
            })
        };
        if let Some(until) = until {
            let (mut from, mut to) = (begin(when), end(&until));
            // "between 7 and 14 days" ago: the longer one is the earlier.
            if from > to {
                (from, to) = (to, from);
            }
            return (!negated).then(|| {
                (
                    make(
                        Some(from),
                        Some(to),
                        format!("{what} from {} until {}", from.day(), to.day()),
                    ),
                    None,
                )
            });
        }
        if negated {
            if !matches!(field, Field::LastConnectedAt | Field::LastCompleteSync) {
                return None;
            }
            let (cutoff, words) = match (when, side) {
                (
                    When::Length { ago, said, .. },
                    Side::Within | Side::MoreThanAgo | Side::Since,
                ) => (*ago, format!("for {said}")),
                (When::Span { from, to, said }, Side::Within) if *to >= self.now => {
                    (*from, said.clone())
                }
                (When::Span { from, .. }, Side::Since) => (*from, format!("since {}", from.day())),
                (When::Span { to, .. }, Side::After) => {
                    (*to, format!("after {}", to.plus_days(-1).day()))
                }
                // Whether it was used in a month that is over cannot be seen from its last use.
                _ => return None,
            };
            let words = format!("not {what} {words}");
            let test = match unused(cutoff, &words) {
                Test::Time {
                    from,
                    to,
                    or_never,
                    said,
                    ..
                } => Test::Time {
                    field,
                    from,
                    to,
                    or_never,
                    said,
                },
                other => other,
            };
            let note = format!(
                "{} that were never {what} are included.",
                if field == Field::LastConnectedAt {
                    "Desktops"
                } else {
                    "Accounts"
                }
            );
            return Some((Filter::new(test), Some(note)));
        }
        let filter = match (when, side) {
            (When::Length { ago, said, .. }, Side::MoreThanAgo | Side::Within)
                if field == Field::LastConnectedAt && self.idle() && !self.said_ago(said) =>
            {
                let test = unused(*ago, &format!("not {what} for {said}"));
                return Some((
                    Filter::new(test),
                    Some("Desktops that were never connected to are included.".into()),
                ));
            }
            (When::Length { ago, said, .. }, Side::MoreThanAgo | Side::Before) => {
                make(None, Some(*ago), format!("{what} more than {said} ago"))
            }
            (When::Length { ago, said, .. }, Side::LessThanAgo | Side::Since) => {
                make(Some(*ago), None, format!("{what} in the last {said}"))
            }
            (When::Length { ago, said, .. }, Side::Within) => {
                // "created 3 days ago" is a day; "created within 3 days" is a length.
                if self.said_ago(said) {
                    let day = ago.day().parse().ok()?;
                    make(
                        Some(day),
                        Some(day.plus_days(1)),
                        format!("{what} on {}", ago.day()),
                    )
                } else {
                    make(Some(*ago), None, format!("{what} in the last {said}"))
                }
            }
            (When::Length { .. }, Side::After) => return None,
            (When::Span { from, to, said }, Side::Within) => make(
                Some(*from),
                (*to <= self.now).then_some(*to),
                format!("{what} {said}"),
            ),
            (When::Span { from, .. }, Side::Since) => {
                make(Some(*from), None, format!("{what} since {}", from.day()))
            }
            (When::Span { from, .. }, Side::Before | Side::MoreThanAgo) => {
                make(None, Some(*from), format!("{what} before {}", from.day()))
            }
            (When::Span { to, .. }, Side::After | Side::LessThanAgo) => make(
                Some(*to),
                None,
                format!("{what} after {}", to.plus_days(-1).day()),
            ),
        };
        let past = matches!(when, When::Span { to, .. } if *to < self.now);
        let note = (field == Field::LastConnectedAt && past && side == Side::Within).then(|| {
            format!(
                "Only the last connection of each desktop is known: {said} means that it was then."
            )
        });
        Some((filter, note))
    }
}
