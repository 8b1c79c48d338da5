//! Kinds that ask when something was, and for one thing by its name.

use super::compose::Composer;
use super::fields::{Entity, Field};
use super::kinds_ranked::is_condition;
use super::pieces::Subject;
use super::query::{By, Dimension, Order, Query, Shape, Test};

impl Composer<'_, '_> {
    /// The time a "last" or "first" goes by: of the verb beside it, else when rows came to be.
    pub(super) fn moment(&mut self) -> Option<Field> {
        for place in 0..self.used.len() {
            if self.used[place] {
                continue;
            }
            let m = &self.parse.m[place];
            let field = match self.parse.entity {
                Entity::Desktop | Entity::DesktopEver
                    if m.is_verb("connect") && !m.soft()
                        || m.is_verb("connect") && m.text != "use" && m.text != "using" =>
                {
                    Some(Field::LastConnectedAt)
                }
                Entity::Desktop | Entity::DesktopEver if m.is_verb("create") => {
                    Some(Field::CreatedAt)
                }
                Entity::Desktop if m.is_verb("seen") => Some(Field::FirstSeenAt),
                Entity::DesktopEver if m.is_verb("delete") => Some(Field::DeletedAt),
                Entity::DesktopEver if m.is_verb("terminate") => Some(Field::TerminatedAt),
                Entity::Account | Entity::Organization if m.is_verb("create") => {
                    Some(Field::CreatedAt)
                }
                Entity::Account if m.is_verb("sync") => Some(Field::LastCompleteSync),
                Entity::Directory | Entity::Bundle if m.is_verb("create") || m.is_verb("seen") => {
                    Some(Field::FirstSeenAt)
                }
                Entity::Alert if m.is_verb("close") => Some(Field::ClosedAt),
                _ => None,
            };
            if let Some(field) = field {
                self.take(place);
                return Some(field);
            }
        }
        if let [(at, field)] = self.pieces.measures.as_slice()
            && field.is_time()
        {
            let (at, field) = (*at, *field);
            self.take(at);
            return Some(field);
        }
        // The oldest alert is the one raised first, whether it is closed or not.
        let oldest = self.pieces.superlatives.iter().any(|s| s.word == "oldest");
        if oldest && self.parse.entity == Entity::Alert {
            return Some(Field::RaisedAt);
        }
        // Filters on a deletion order by it.
        let filtered = self.parse.filters.iter().find_map(|p| {
            if matches!(p.filter.test, Test::Absent(_)) && !p.filter.negated {
                return None;
            }
            p.filter.field().filter(|f| {
                matches!(
                    f,
                    Field::DeletedAt | Field::TerminatedAt | Field::MissingSince | Field::ClosedAt
                )
            })
        });
        Some(filtered.unwrap_or(self.parse.entity.moment()))
    }

    /// "when was the last sync", "when did anna last connect".
    pub(super) fn when(&mut self) -> Option<Query> {
        if !self.cue("when") {
            return None;
        }
        let newest = self
            .pieces
            .superlatives
            .iter()
            .any(|s| matches!(s.word, "last" | "newest"));
        let oldest = self
            .pieces
            .superlatives
            .iter()
            .any(|s| matches!(s.word, "first" | "oldest"));
        let field = self.moment()?;
        if !self.rows() {
            return None;
        }
        for s in self.pieces.superlatives.clone() {
            if matches!(s.word, "last" | "newest" | "first" | "oldest") {
                self.take(s.at);
            }
        }
        self.plain_verbs();
        if self.identified() {
            let mut query = self.new_query(Shape::List);
            query.show = vec![Dimension::Field(field)];
            return Some(query);
        }
        if matches!(self.parse.entity, Entity::StateChange | Entity::Version) && !newest && !oldest
        {
            return self.when_of_changes(field);
        }
        let (newest, oldest) = (
            newest || !oldest && matches!(field, Field::LastCompleteSync | Field::LastConnectedAt),
            oldest,
        );
        // "when was each account last synced"
        if field == Field::LastCompleteSync && !self.pieces.own.is_empty() {
            let mut query = self.new_query(Shape::List);
            query.show = vec![Dimension::Field(field)];
            return Some(query);
        }
        match (newest, oldest) {
            (true, false) => Some(self.grouped(Shape::Highest(field))),
            (false, true) => Some(self.grouped(Shape::Lowest(field))),
            _ => None,
        }
    }

    /// "when did ws-1 go unhealthy" asks for each time, "since when is it" for the last one.
    fn when_of_changes(&self, field: Field) -> Option<Query> {
        let one = self.parse.filters.iter().any(|placed| {
            matches!(
                placed.filter.field(),
                Some(Field::WorkspaceId | Field::ResourceId)
            )
        });
        let what = self.parse.filters.iter().any(|placed| {
            matches!(
                placed.filter.field(),
                Some(Field::ToState | Field::FromState | Field::Change)
            )
        });
        if !one || !what {
            return None;
        }
        if self
            .parse
            .m
            .iter()
            .any(|m| m.text == "since when" || m.text == "how long")
        {
            return Some(self.new_query(Shape::Highest(field)));
        }
        let mut query = self.new_query(Shape::List);
        query.order = Some(Order {
            by: By::Field(field),
            descending: true,
        });
        Some(query)
    }

    /// "what state is ws-1 in", "which bundle does anna use".
    pub(super) fn lookup(&mut self) -> Option<Query> {
        // "users and last login of Initech's desktops" are columns of rows.
        let asked = self.pieces.measures.len() + self.pieces.named.len();
        let columns = !self.pieces.own.is_empty()
            && asked > 0
            && !self.parse.filters.is_empty()
            && self.parse.having.is_none()
            && matches!(self.pieces.subject, Some(Subject::Shared(..)));
        if !self.identified() && !columns
            || !self.pieces.groups.is_empty()
            || !self.pieces.superlatives.is_empty()
        {
            return None;
        }
        let mut show = Vec::new();
        match &self.pieces.subject {
            Some(Subject::Shared(..)) => show.push(self.shared()?),
            _ => {
                self.rows();
            }
        }
        self.cue("who");
        show.extend(self.shown());
        // "is ws-1 running": its state is shown, whatever it is.
        let whether = self.yes_or_no();
        let conditions = self.parse.filters.iter().any(|p| is_condition(&p.filter));
        if whether && conditions && matches!(self.parse.m[0].text.as_str(), "was" | "were" | "did")
        {
            return None;
        }
        if whether && !self.universal() {
            show.extend(
                self.parse
                    .filters
                    .iter()
                    .filter(|placed| is_condition(&placed.filter))
                    .filter_map(|placed| placed.filter.field().map(Dimension::Field)),
            );
        }
        if show.is_empty() && !whether {
            return None;
        }
        self.cue("which");
        self.cue("list");
        self.plain_verbs();
        let mut query = self.new_query(Shape::List);
        query.show = show;
        Some(query)
    }
}
