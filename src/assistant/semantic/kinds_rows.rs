//! Kinds of question about rows: how many, which, whether, what is known of one, and how many each
//! group has.

use super::compose::Composer;
use super::fields::{Entity, Field};
use super::kinds_measures::is_place;
use super::pieces::Subject;
use super::query::{By, Comparison, Dimension, Order, Query, Shape, Test};

impl Composer<'_, '_> {
    /// Fields that are asked for beside the rows.
    pub(super) fn shown(&mut self) -> Vec<Dimension> {
        let mut shown = Vec::new();
        for (at, dimension) in self.pieces.named.clone() {
            self.take(at);
            shown.push(dimension);
        }
        for (at, field) in self.pieces.measures.clone() {
            self.take(at);
            let text = &self.parse.m[at].text;
            if field == Field::Storage && (text.starts_with("root") || text.starts_with("both")) {
                shown.push(Dimension::Field(Field::RootVolume));
                shown.push(Dimension::Field(Field::UserVolume));
            } else {
                shown.push(Dimension::Field(field));
            }
        }
        shown
    }

    pub(super) fn list(&mut self) -> Option<Query> {
        let bare = self.pieces.subject.is_none() && !self.parse.filters.is_empty();
        if !bare && !matches!(self.pieces.subject, Some(Subject::Rows(_)))
            || !self.rows()
            || !self.pieces.groups.is_empty()
        {
            return None;
        }
        if bare && self.last_time().is_some() || self.breakdown() || self.bare_volume() {
            return None;
        }
        self.cue("list");
        self.cue("which");
        if self.asks_whether() {
            return None;
        }
        self.cue("exists");
        self.cue("distinct");
        self.plain_verbs();
        let mut query = self.new_query(Shape::List);
        self.sorted(&mut query);
        // "desktops client" says nothing; columns are asked for with words.
        let before = self.pieces.subject.as_ref().map_or(0, Subject::at);
        let linked = (before..self.parse.m.len()).any(|at| {
            let m = &self.parse.m[at];
            m.is_small("show")
                || m.is_small("their") && m.text != "the"
                || m.is_small("and")
                || m.text.starts_with("with")
        }) || self.pieces.named.iter().all(|(at, _)| *at < before);
        if linked
            || self
                .pieces
                .measures
                .iter()
                .all(|(_, field)| field.is_time())
                && self.pieces.named.is_empty()
        {
            query.show = self.shown();
        }
        if let Some((at, number)) = self.pieces.number
            && (number.fract() == 0.0 && (1.0..=1000.0).contains(&number))
            && self.pieces.subject.as_ref().is_some_and(|s| s.at() > at)
        {
            // "any 5 desktops", "10 examples": which ones is left open.
            return None;
        }
        Some(query)
    }

    /// "sorted by last connection", "by age, oldest first".
    pub(super) fn sorted(&mut self, query: &mut Query) {
        let Some(top) = self.pieces.superlatives.iter().find(|s| {
            s.word == "top"
                && self.parse.m[s.at].text.contains(|_: char| true)
                && ["sort", "order", "rank"]
                    .iter()
                    .any(|w| self.parse.m[s.at].text.starts_with(w))
        }) else {
            return;
        };
        let Some((at, field)) = self
            .pieces
            .measures
            .iter()
            .find(|(at, _)| *at > top.at)
            .copied()
        else {
            return;
        };
        self.take(top.at);
        self.take(at);
        let descending = self.pieces.superlatives.iter().find_map(|s| match s.word {
            "most" | "newest" | "longest" => Some((s.at, true)),
            "least" | "oldest" | "shortest" => Some((s.at, false)),
            _ => None,
        });
        if let Some((place, _)) = descending {
            self.take(place);
            self.cue("first");
        }
        query.order = Some(Order {
            by: By::Field(field),
            descending: descending.map_or(!field.is_time(), |(_, way)| way),
        });
    }

    pub(super) fn distinct(&mut self) -> Option<Query> {
        if self.identified()
            || self.breakdown()
            || !self.pieces.groups.is_empty()
            || self.parse.having.is_some()
        {
            return None;
        }
        // "accounts that do not have the region" lack it; they may have others.
        let lacks = (0..self.used.len()).any(|at| {
            let m = &self.parse.m[at];
            self.parse.used[at]
                && m.is_small("not")
                && ["have", "has", "with", "had", "lack", "free", "devoid"]
                    .iter()
                    .any(|word| m.text.contains(word))
        });
        let negated = self.parse.filters.iter().any(|placed| {
            placed.filter.negated && matches!(placed.filter.test, Test::OneOf { .. })
        });
        if self.parse.both || lacks && negated {
            return None;
        }
        // "which tags are in use" asks for their keys.
        let keys = self.parse.entity == Entity::Tag
            && self
                .parse
                .filters
                .iter()
                .all(|placed| is_place(&placed.filter))
            && self.used_at_all()
            && self.rows();
        // "last used before May, always on: list with user" are rows, shown with it.
        let beside = self.pieces.subject.as_ref().is_some_and(|subject| {
            let m = self.parse.m;
            let at = subject.at();
            at > 1
                && matches!(m[at - 1].text.as_str(), "with" | "and")
                && m[at - 2].is_cue("list")
                && self.parse.filters.iter().any(|placed| placed.at < at)
        });
        if beside {
            return None;
        }
        let dimension = if keys {
            Dimension::Field(Field::TagKey)
        } else {
            self.shared()?
        };
        if !self.pieces.measures.is_empty() {
            return None;
        }
        self.cue("list");
        self.cue("which");
        self.cue("who");
        self.cue("distinct");
        self.cue("exists");
        self.plain_verbs();
        self.usage(&dimension);
        let mut dimensions = vec![dimension];
        for (at, more) in self.pieces.named.clone() {
            self.take(at);
            dimensions.push(more);
        }
        // What exactly changed about a desktop is inside its versions.
        let inside = self.parse.entity == Entity::Version
            && dimensions.iter().any(|dimension| {
                dimension.field().is_some_and(|field| {
                    !field.is_column(Entity::Version) && field != Field::OrganizationName
                })
            });
        if inside {
            return None;
        }
        Some(self.new_query(Shape::Distinct(dimensions)))
    }

    fn used_at_all(&self) -> bool {
        let subject = &self.pieces.subject;
        matches!(subject, Some(Subject::Rows(_)))
            && self.parse.m.iter().any(|m| {
                matches!(
                    m.text.as_str(),
                    "in use" | "used" | "exist" | "existing" | "do we use"
                )
            })
    }

    /// "which bundles are used": what rows share is in use by having rows.
    pub(super) fn usage(&mut self, dimension: &Dimension) {
        if matches!(
            dimension.field(),
            Some(Field::UserName | Field::RequestedBy | Field::WorkspaceId)
        ) {
            return;
        }
        for at in 0..self.used.len() {
            let m = &self.parse.m[at];
            if !self.used[at]
                && m.is_verb("connect")
                && (m.text.starts_with("use") || m.text == "in use")
            {
                self.take(at);
            }
        }
    }

    /// Whether the filters name single rows.
    pub(super) fn identified(&self) -> bool {
        self.parse.filters.iter().any(|placed| {
            !placed.filter.negated
                && matches!(placed.filter.test, Test::OneOf { .. })
                && placed.filter.field().is_some_and(|field| match field {
                    Field::WorkspaceId
                    | Field::UserName
                    | Field::DisplayName
                    | Field::ComputerName
                    | Field::WorkspaceName
                    | Field::IpAddress => self.parse.entity.is_desktop(),
                    Field::AccountId | Field::AccountName => self.parse.entity == Entity::Account,
                    Field::OrganizationName => {
                        matches!(self.parse.entity, Entity::Account | Entity::Organization)
                    }
                    Field::RunId => self.parse.entity == Entity::Sync,
                    Field::JobId => self.parse.entity == Entity::Job,
                    Field::DirectoryId | Field::DirectoryAlias | Field::DirectoryName => {
                        self.parse.entity == Entity::Directory
                    }
                    Field::BundleId | Field::BundleName => self.parse.entity == Entity::Bundle,
                    _ => false,
                })
                || matches!(&placed.filter.test, Test::Any(_))
                    && self.parse.entity == Entity::Directory
        })
    }

    pub(super) fn exists(&mut self) -> Option<Query> {
        if !self.asks_whether()
            || !self.rows_or_people()
            || !self.pieces.groups.is_empty()
            || self.parse.filters.is_empty()
                && (self.pieces.subject.is_none()
                    || self.yes_or_no() && self.parse.having.is_none())
            || self.universal()
        {
            return None;
        }
        self.cue("exists");
        self.plain_verbs();
        // "is this bundle in use": by the desktops that were made from it.
        let made_from = self.parse.filters.iter().find_map(|placed| {
            placed.filter.field().filter(|field| {
                matches!(
                    field,
                    Field::BundleName | Field::BundleId | Field::DirectoryName | Field::DirectoryId
                )
            })
        });
        if let Some(field) = made_from {
            self.usage(&Dimension::Field(field));
        }
        let mut query = self.new_query(Shape::Count);
        if let Some((comparison, value, at)) = self.parse.having {
            if matches!(self.pieces.subject, Some(Subject::Shared(..))) {
                return None;
            }
            // "do we have more than 100 desktops"
            let own = self.parse.m[at].entity()?;
            if !self.parse.is_own(own) {
                return None;
            }
            self.take(at);
            query.having = Some((comparison, value));
        }
        Some(query)
    }

    /// The rows, or people who have them: "is anybody connected".
    fn rows_or_people(&mut self) -> bool {
        if let Some(Subject::Shared(at, dimension)) = self.pieces.subject.clone()
            && dimension.field() == Some(Field::UserName)
            && self.parse.m[at].is_cue("who")
        {
            return self.shared().is_some();
        }
        self.rows()
    }

    /// "are all desktops encrypted" is not whether some are.
    pub(super) fn universal(&self) -> bool {
        self.parse.m.iter().any(|m| {
            [
                "all",
                "every",
                "everything",
                "everyone",
                "everybody",
                "both",
                "only",
                "most",
            ]
            .iter()
            .any(|word| m.text == *word || m.text.starts_with(&format!("{word} ")))
        })
    }

    /// "are there", "do we have", "any …?": a question that begins like this wants to know whether.
    pub(super) fn asks_whether(&self) -> bool {
        let m = self.parse.m;
        m[0].is_cue("exists") || m[0].text == "any" || self.yes_or_no() && !self.identified()
    }

    pub(super) fn having(&mut self) -> Option<Query> {
        let (comparison, value, at) = self.parse.having?;
        let own = self.parse.m[at]
            .entity()
            .is_some_and(|entity| self.parse.is_own(entity));
        let counted = if own {
            None
        } else {
            // "clients with more than 5 users"
            Some(self.parse.dimension_at(at)?)
        };
        self.take(at);
        let dimension = self.shared()?;
        if counted.as_ref() == Some(&dimension) {
            return None;
        }
        for name in ["list", "which", "who", "exists"] {
            self.cue(name);
        }
        self.plain_verbs();
        let mut query = self.new_query(counted.map_or(Shape::Count, Shape::CountDistinct));
        query.groups = vec![dimension];
        query.having = Some((comparison, value));
        if matches!(comparison, Comparison::Below | Comparison::AtMost) {
            query.note("Only those that have at least one are counted.");
        }
        Some(query)
    }

    /// "who started the last sync": people, of jobs.
    pub(super) fn who(&mut self) -> Option<Query> {
        if !self.cue("requester") {
            return None;
        }
        let found = &self.pieces.superlatives;
        if found.iter().any(|s| matches!(s.word, "last" | "newest")) {
            return self.latest(true);
        }
        if found
            .iter()
            .any(|s| matches!(s.word, "most" | "least" | "top"))
        {
            return self.top_groups();
        }
        self.distinct()
    }

    pub(super) fn history(&mut self) -> Option<Query> {
        if !matches!(self.parse.entity, Entity::Version | Entity::StateChange)
            || !self.cue("history")
        {
            return None;
        }
        if !self.parse.filters.iter().any(|p| {
            matches!(
                p.filter.field(),
                Some(
                    Field::WorkspaceId | Field::ResourceId | Field::UserName | Field::ComputerName
                )
            )
        }) {
            return None;
        }
        self.cue("list");
        self.cue("which");
        if !self.rows() {
            self.shared()?;
        }
        self.plain_verbs();
        // "…, newest first"
        let end = self
            .pieces
            .superlatives
            .iter()
            .find(|s| s.word != "top")
            .cloned();
        let descending = match end.as_ref().map(|end| end.word) {
            Some("newest" | "last") => true,
            Some("oldest" | "first") | None => false,
            Some(_) => return None,
        };
        if let Some(end) = end {
            self.take(end.at);
            if !self.orders(end.at) {
                return None;
            }
        }
        let mut query = self.new_query(Shape::List);
        query.order = Some(Order {
            by: By::Field(self.parse.entity.moment()),
            descending,
        });
        Some(query)
    }
}

/// Fields that take few values, which are counted rather than listed.
pub(super) fn few_values(field: Field) -> bool {
    matches!(
        field,
        Field::State
            | Field::RunningMode
            | Field::ComputeType
            | Field::OperatingSystem
            | Field::ConnectionState
            | Field::Status
            | Field::Kind
            | Field::Cause
            | Field::ResourceType
    )
}
