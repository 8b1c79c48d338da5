//! Kinds of question about measures and groups: totals, averages, extremes, shares and trends.

use super::clauses::Placed;
use super::compose::Composer;
use super::fields::{Entity, Field, Kind};
use super::pieces::Subject;
use super::query::{Filter, Query, Shape, Test};
use super::runs::says_where;

impl Composer<'_, '_> {
    pub(super) fn one_measure(&mut self) -> Option<Field> {
        match self.pieces.measures.as_slice() {
            [(at, field)]
                if matches!(field.kind(), Kind::Number(_))
                    && !(*field == Field::Storage && self.parse.m[*at].unit().is_some()) =>
            {
                let (at, field) = (*at, *field);
                self.take(at);
                Some(field)
            }
            // "root and user volume"
            [(one, Field::RootVolume), (two, Field::UserVolume)]
            | [(one, Field::UserVolume), (two, Field::RootVolume)] => {
                let (one, two) = (*one, *two);
                self.take(one);
                self.take(two);
                Some(Field::Storage)
            }
            // "unencrypted user volumes in GiB": the filter took the volume's name.
            [(one, Field::Storage)] if self.parse.m[*one].unit().is_some() => {
                let one = *one;
                self.take(one);
                Some(self.volume_filtered().unwrap_or(Field::Storage))
            }
            // "provisioned GiB, root and user volume"
            [(one, Field::Storage), (two, Field::Storage)] => {
                let (one, two) = (*one, *two);
                self.take(one);
                self.take(two);
                Some(Field::Storage)
            }
            // "GiB of root volume", "user volume in GiB"
            [
                (one, Field::Storage),
                (two, field @ (Field::RootVolume | Field::UserVolume)),
            ]
            | [
                (one, field @ (Field::RootVolume | Field::UserVolume)),
                (two, Field::Storage),
            ] => {
                let (one, two, field) = (*one, *two, *field);
                self.take(one);
                self.take(two);
                Some(field)
            }
            _ => None,
        }
    }

    /// "storage of unused desktops": a volume stands first, and no rows are asked for.
    pub(super) fn bare_volume(&self) -> bool {
        let [(at, field)] = self.pieces.measures.as_slice() else {
            return false;
        };
        let rows = self.pieces.subject.as_ref().is_some_and(|s| s.at() < *at);
        let asked = self.parse.m[..*at]
            .iter()
            .any(|m| m.is_cue("which") || m.is_cue("list") || m.is_small("show"));
        field.unit() == Some("GiB")
            && !rows
            && !asked
            && !self.identified()
            && self.pieces.superlatives.is_empty()
            && self.pieces.number.is_none()
            && self.pieces.named.is_empty()
    }

    /// The one volume whose encryption is filtered on.
    fn volume_filtered(&self) -> Option<Field> {
        let flags: Vec<Field> = self
            .parse
            .filters
            .iter()
            .filter_map(
                |placed| match (&placed.filter.test, placed.filter.field()) {
                    (Test::Flag(_), Some(Field::RootEncrypted)) => Some(Field::RootVolume),
                    (Test::Flag(_), Some(Field::UserEncrypted)) => Some(Field::UserVolume),
                    _ => None,
                },
            )
            .collect();
        match flags.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    pub(super) fn aggregate(&mut self, kind: &str) -> Option<Query> {
        let cued = match kind {
            "total" => {
                let much = self.cue("total");
                let many = self.cue("count");
                // "how many GB of", "user volume at Acme, GiB"
                let amount = (0..self.used.len())
                    .filter(|at| !self.used[*at] && self.parse.m[*at].unit() == Some("gib"))
                    .collect::<Vec<usize>>();
                for at in &amount {
                    if many {
                        self.take(*at);
                    }
                }
                many || much || !amount.is_empty() || self.bare_volume()
            }
            _ => {
                let cued = self.cue("average");
                self.cue("count");
                cued
            }
        };
        if !cued {
            return None;
        }
        let measure = match self.one_measure() {
            Some(measure) => measure,
            // "how long do syncs take on average"
            None if kind == "average" => match self.implied_duration() {
                Some(duration) => duration,
                None => return self.each(),
            },
            None => return None,
        };
        if !self.rows() {
            return None;
        }
        // "how long is the timeout on average"
        if measure == Field::AutoStop {
            for at in 0..self.used.len() {
                if self.parse.m[at].text.starts_with("how long") {
                    self.take(at);
                }
            }
        }
        let measure = self.in_unit(measure);
        // An age has no sum.
        if kind == "total"
            && matches!(
                measure,
                Field::IdleDays
                    | Field::AgeDays
                    | Field::OpenDays
                    | Field::AutoStop
                    | Field::Version
            )
        {
            return None;
        }
        for at in 0..self.used.len() {
            // "user volume in GB"
            if measure.unit() == Some("GiB") && self.parse.m[at].unit() == Some("gib") {
                self.take(at);
            }
        }
        self.plain_verbs();
        self.cue("which");
        self.cue("list");
        let shape = if kind == "total" {
            Shape::Total(measure)
        } else {
            Shape::Average(measure)
        };
        let mut query = self.new_query(shape);
        query.groups = self.groups();
        self.first_groups(&mut query);
        Some(query)
    }

    /// "combined runtime in minutes": the duration in the unit that is asked for.
    fn in_unit(&mut self, measure: Field) -> Field {
        if !matches!(measure, Field::DurationMs | Field::DurationSeconds) {
            return measure;
        }
        let said = (0..self.used.len()).find_map(|at| {
            let unit = self.parse.m[at].unit().filter(|_| !self.used[at])?;
            let led = at > 0
                && (self.parse.m[at - 1].is_small("in") || self.parse.m[at - 1].is_small("comma"));
            let field = match unit {
                "minutes" => Field::DurationMinutes,
                "seconds" => Field::DurationSeconds,
                "milliseconds" if measure == Field::DurationMs => measure,
                _ => return None,
            };
            led.then_some((at, field))
        });
        match said {
            Some((at, field)) => {
                self.take(at);
                field
            }
            None => measure,
        }
    }

    pub(super) fn implied_duration(&mut self) -> Option<Field> {
        let field = match self.parse.entity {
            Entity::Sync => Field::DurationMs,
            Entity::Job => Field::DurationSeconds,
            _ => return None,
        };
        let verb =
            (0..self.used.len()).find(|at| !self.used[*at] && self.parse.m[*at].is_verb("last"));
        if let Some(verb) = verb {
            self.take(verb);
            return Some(field);
        }
        None
    }

    /// "what is the largest root volume", as a number, also per group.
    pub(super) fn extreme(&mut self, highest: bool) -> Option<Query> {
        let words: &[&str] = if highest {
            &["most", "longest"]
        } else {
            &["least", "shortest"]
        };
        let found = self
            .pieces
            .superlatives
            .iter()
            .find(|s| words.contains(&s.word))?
            .clone();
        let both = self.both_ends() && self.pieces.superlatives.len() == 2;
        if self.pieces.number.is_some() || self.pieces.superlatives.len() != 1 && !both {
            return None;
        }
        let (at, field) = match self.pieces.measures.as_slice() {
            [(at, field)] => (*at, *field),
            _ => return None,
        };
        // The superlative goes with the measure: "the largest volume", not "desktop with the most".
        let asked_rows = self
            .pieces
            .subject
            .as_ref()
            .is_some_and(|s| s.at() < found.at);
        if at < found.at || asked_rows || !matches!(field.kind(), Kind::Number(_)) {
            return None;
        }
        if !self.rows() {
            return None;
        }
        for superlative in &self.pieces.superlatives {
            self.used[superlative.at] = true;
        }
        self.take(at);
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        let mut query = self.new_query(if both {
            Shape::Range(field)
        } else if highest {
            Shape::Highest(field)
        } else {
            Shape::Lowest(field)
        });
        query.groups = self.groups();
        Some(query)
    }

    /// "storage per client": a sum where the measure adds up.
    pub(super) fn measure_groups(&mut self) -> Option<Query> {
        if self.pieces.groups.is_empty() {
            return None;
        }
        // "last connection per client": the latest of each.
        if let [(at, field @ (Field::LastConnectedAt | Field::LastCompleteSync))] =
            self.pieces.measures.as_slice()
            && !self.time_groups()
            && self.rows()
        {
            let (at, field) = (*at, *field);
            self.take(at);
            for name in ["list", "which", "when"] {
                self.cue(name);
            }
            let mut query = self.new_query(Shape::Highest(field));
            query.groups = self.groups();
            return Some(query);
        }
        let measure = self.one_measure()?;
        // Over time it is a trend.
        if self.time_groups() {
            return None;
        }
        let adds_up = matches!(measure.unit(), Some("GiB" | "calls" | "rows" | "versions"))
            && measure != Field::Version;
        let ranked = self
            .pieces
            .superlatives
            .iter()
            .any(|s| !matches!(s.word, "top" | "bottom"));
        if !adds_up || !self.rows() || ranked {
            return None;
        }
        self.cue("list");
        self.cue("which");
        self.plain_verbs();
        let mut query = self.new_query(Shape::Total(measure));
        query.groups = self.groups();
        self.first_groups(&mut query);
        Some(query)
    }

    /// The filters that say which part is meant, and the rest, which say of what.
    pub(super) fn part(&self) -> Option<Vec<Filter>> {
        let filters = &self.parse.filters;
        if filters.is_empty() {
            return None;
        }
        let place = |placed: &Placed| {
            is_place(&placed.filter)
            // When a sync ran is of all that are looked at, as a place is.
            || !self.parse.entity.is_desktop()
                && matches!(&placed.filter.test, Test::Time { field, .. } if *field == self.parse.entity.moment())
        };
        let all = |found: Vec<&Placed>| {
            found
                .into_iter()
                .map(|p| p.filter.clone())
                .collect::<Vec<_>>()
        };
        if let [one] = filters.as_slice() {
            return Some(vec![one.filter.clone()]);
        }
        // "Acme's share of stopped desktops" is of all of them.
        let share = self.parse.m.iter().position(|m| m.is_cue("share"));
        if let Some(share) = share
            && self.pieces.groups.is_empty()
        {
            let (owners, rest): (Vec<&Placed>, Vec<&Placed>) = filters
                .iter()
                .partition(|p| place(p) && p.at < share && share - p.at <= 2);
            if !owners.is_empty() && !rest.is_empty() && rest.iter().all(|p| p.at > share) {
                return Some(all(owners));
            }
        }
        let noun = self.pieces.subject.as_ref().map_or(0, Subject::at);
        // "of Acme's desktops are stopped": what stands behind the verb is the part.
        let verb = (noun..self.parse.m.len()).find(|at| {
            matches!(
                self.parse.m[*at].text.as_str(),
                "are"
                    | "is"
                    | "have"
                    | "has"
                    | "were"
                    | "run"
                    | "use"
                    | "belong"
                    | "belongs to"
                    | "belong to"
                    | "has been"
                    | "have not"
                    | "got"
                    | "had"
                    | "was"
                    | "runs on"
                    | "run on"
                    | "sit in"
                    | "live in"
            )
        });
        if let Some(verb) = verb {
            let behind: Vec<&Placed> = filters.iter().filter(|p| p.at > verb).collect();
            if !behind.is_empty() && behind.len() < filters.len() {
                // "windows desktops are stopped at Acme": a place may be of both or of the part.
                let places = behind.iter().filter(|placed| place(placed)).count();
                return (places == 0 || places == behind.len()).then(|| all(behind));
            }
        }
        // Of several things that nothing parts, which one is the part is open.
        let parts: Vec<&Placed> = filters.iter().filter(|p| !place(p)).collect();
        (parts.len() == 1).then(|| all(parts))
    }

    pub(super) fn share(&mut self) -> Option<Query> {
        if !self.cue("share") || !self.rows() {
            return None;
        }
        // "how much of Acme is always on, in percent"
        for at in 0..self.used.len() {
            if self.parse.m[at].text == "how much" {
                self.take(at);
            }
        }
        let part = self.part()?;
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        self.cue("total");
        let mut query = self.new_query(Shape::Share(part));
        query.groups = self.groups();
        if !query.groups.is_empty() {
            if self.part_is_place() {
                return None;
            }
            query.note("The shares are of all of each group, not of the whole.");
            self.first_groups(&mut query);
        }
        Some(query)
    }

    /// "Acme's share by region" is how Acme's are spread.
    fn part_is_place(&self) -> bool {
        self.parse
            .filters
            .iter()
            .all(|placed| is_place(&placed.filter))
    }

    /// "share of stopped desktops by region": of each region those that are stopped, where what is
    /// asked for is more than a place.
    fn part_of_each(&self) -> bool {
        !self.pieces.groups.is_empty()
            && self
                .parse
                .filters
                .iter()
                .any(|placed| !is_place(&placed.filter))
            && self.part().is_some()
    }

    pub(super) fn split(&mut self) -> Option<Query> {
        if !self.cue("share") || self.time_groups() || self.part_of_each() {
            return None;
        }
        // "split of compute types in percent"
        let mut groups = self.groups();
        if groups.is_empty() && self.breakdown() {
            groups.extend(self.shared());
        } else if !self.rows() {
            return None;
        }
        if groups.is_empty() {
            return None;
        }
        self.cue("which");
        self.cue("list");
        self.cue("count");
        self.cue("total");
        let mut query = self.new_query(Shape::Split);
        query.groups = groups;
        Some(query)
    }
}

/// Whose or where rows are, rather than what they are like.
pub(super) fn is_place(filter: &Filter) -> bool {
    says_where(filter)
        || matches!(
            filter.field(),
            Some(Field::DirectoryName | Field::BundleName)
        )
}
