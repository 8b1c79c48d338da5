//! The last look at a query before it counts: what was said has to show in it. A query that leaves
//! out a name, a number or a time of the question, or answers about another thing, is no answer.

use super::clauses::Parse;
use super::fields::{Entity, Field};
use super::marking::inner_apostrophe;
use super::mentions::{Mention, What};
use super::pieces::Pieces;
use super::query::{By, Dimension, Filter, Query, Shape, Test};

/// Whether all that was said shows in `query`.
pub(crate) fn holds(parse: &Parse<'_>, pieces: &Pieces, query: &Query) -> bool {
    let said = Said {
        parse,
        query,
        tests: query.tests(),
    };
    said.names()
        && said.amounts()
        && said.times()
        && said.unused()
        && said.volumes()
        && said.sums()
        && said.averages()
        && said.counted(pieces)
        && said.ordered()
        && said.owners()
        && said.superlatives()
        && said.states(pieces)
        && !said.scopes_of_a_run(pieces)
        && said.apart()
        && said.rows_of_each()
        && said.reasons()
        && said.values_of_tags()
        && said.two_events()
        && said.grouped()
        && said.opposites()
        && said.everything()
        && said.states_said()
        && said.apart_from()
        && said.implied()
        && said.doers()
        && said.people()
        && said.in_force()
        && said.whether()
}

pub(super) struct Said<'a, 'b> {
    pub(super) parse: &'a Parse<'b>,
    pub(super) query: &'a Query,
    pub(super) tests: Vec<&'a Test>,
}

impl Said<'_, '_> {
    pub(super) fn any(&self, test: impl Fn(&Mention) -> bool) -> bool {
        self.parse.m.iter().any(test)
    }

    pub(super) fn noun(&self, entity: Entity) -> bool {
        self.any(|m| m.entity() == Some(entity))
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        self.tests.iter().filter_map(|test| test.field())
    }

    /// A name of the data is filtered or grouped by.
    fn names(&self) -> bool {
        let query = format!(
            "{:?}",
            (&self.query.shape, &self.query.filters, &self.query.groups)
        )
        .to_lowercase();
        let named = self
            .parse
            .m
            .iter()
            .filter(|m| matches!(m.what, What::Names { .. }) && !m.names.is_empty());
        // "the Environment tag" names one tag, although the word says nothing elsewhere.
        let keys = self.parse.m.windows(2).filter_map(|pair| {
            let key = pair[0].names.iter().any(|name| name.field == Field::TagKey);
            (key && pair[1].entity() == Some(Entity::Tag)).then_some(&pair[0])
        });
        named.chain(keys).all(|m| {
            let shown = m.names.iter().any(|name| {
                let literal = format!("{:?}", name.literal).to_lowercase();
                query.contains(literal.trim_matches('"'))
            });
            // "O'Hara" is a client's name rather than a login.
            let inner = inner_apostrophe(&m.typed);
            let user = self.fields().any(|field| field == Field::UserName);
            shown && !(inner && user && !self.any(|m| m.fields().contains(&Field::UserName)))
        })
    }

    /// Every number is a bound, a threshold or how many are shown.
    fn amounts(&self) -> bool {
        let said = self
            .parse
            .m
            .iter()
            .filter(|m| m.number().is_some() && m.text != "one")
            .count();
        let used: usize = usize::from(self.query.having.is_some())
            + usize::from(self.query.limit.is_some())
            + self
                .tests
                .iter()
                .map(|test| match test {
                    Test::Number { upto, .. } => 1 + usize::from(upto.is_some()),
                    Test::Time { .. } => 2,
                    Test::OneOf { values, .. } => values.len(),
                    Test::Tagged { values, .. } => values.len(),
                    _ => 0,
                })
                .sum::<usize>();
        said <= used
    }

    /// Every time bounds something.
    fn times(&self) -> bool {
        let said = self.parse.m.iter().filter(|m| m.time().is_some()).count();
        let used: usize = self
            .tests
            .iter()
            .map(|test| match test {
                Test::Time { from, to, .. } => {
                    usize::from(from.is_some()) + usize::from(to.is_some())
                }
                Test::Number { .. } => 2,
                _ => 0,
            })
            .sum();
        let empty = self.tests.iter().any(
            |test| matches!(test, Test::Time { from: Some(from), to: Some(to), .. } if from >= to),
        );
        said <= used && !empty
    }

    /// What is unused is so by its connections, or by having no desktops.
    fn unused(&self) -> bool {
        let said = self.any(|m| matches!(m.property(), Some("unused" | "never_connected")));
        if !said {
            return true;
        }
        let connections = self
            .fields()
            .any(|field| matches!(field, Field::LastConnectedAt | Field::IdleDays));
        let ranked = self
            .query
            .order
            .is_some_and(|order| order.by == By::Field(Field::LastConnectedAt));
        let has = self
            .tests
            .iter()
            .any(|test| matches!(test, Test::Has { .. }));
        let timed = self.any(|m| m.time().is_some());
        let in_use = self.fields().any(|field| field == Field::ConnectionState);
        connections || ranked || has && !timed || in_use
    }

    /// One of the two volumes is not both together.
    fn volumes(&self) -> bool {
        let together = matches!(
            self.query.shape,
            Shape::Total(Field::Storage)
                | Shape::Average(Field::Storage)
                | Shape::Lowest(Field::Storage)
                | Shape::Highest(Field::Storage)
        ) || self
            .query
            .order
            .is_some_and(|order| order.by == By::Field(Field::Storage));
        let one = |volume: Field| self.any(|m| m.fields().first() == Some(&volume));
        !together || one(Field::UserVolume) == one(Field::RootVolume)
    }

    /// A sum is no list of rows.
    fn sums(&self) -> bool {
        let summed = self.any(|m| {
            m.is_cue("total")
                && (m.text.starts_with("sum") || m.text.starts_with("add") || m.text == "combined")
        });
        let threshold = self
            .tests
            .iter()
            .any(|test| matches!(test, Test::Number { .. }));
        // "user volume at Acme, GiB" asks how much it is.
        let measured = self.any(|m| m.unit() == Some("gib"));
        !(summed || measured) || threshold || self.query.shape != Shape::List
    }

    /// An average is no count, list or sum.
    fn averages(&self) -> bool {
        let said = self.any(|m| {
            m.is_cue("average") && !matches!(m.text.as_str(), "typically" | "usually" | "typical")
        });
        !said || matches!(self.query.shape, Shape::Average(_) | Shape::Each(..))
    }

    /// What is counted is what was asked for.
    fn counted(&self, pieces: &Pieces) -> bool {
        let often = self.any(|m| matches!(m.text.as_str(), "how often" | "how many times"));
        let events = matches!(
            self.query.entity,
            Entity::Sync | Entity::Job | Entity::Alert | Entity::Version | Entity::StateChange
        );
        if often && (!events || matches!(self.query.shape, Shape::CountDistinct(_))) {
            return false;
        }
        let tags = |dimension: &Dimension| *dimension == Dimension::Field(Field::Tags);
        let whole_tags = match &self.query.shape {
            Shape::Distinct(all) => all.iter().any(tags),
            Shape::CountDistinct(one) => tags(one),
            _ => self.query.groups.iter().any(tags),
        };
        // "desktop health" asks for more than which states there are.
        let health = self.any(|m| m.text.starts_with("health") && !m.fields().is_empty());
        if health && matches!(self.query.shape, Shape::Distinct(_)) {
            return false;
        }
        // "our biggest client" is not the one with the most accounts.
        let ranked = !pieces.superlatives.is_empty()
            && self.query.entity == Entity::Account
            && self.query.shape == Shape::Count
            && !self.noun(Entity::Account);
        !whole_tags && !ranked
    }

    /// The last and the first desktop are so by something that was said.
    fn ordered(&self) -> bool {
        let Some(order) = self.query.order else {
            return true;
        };
        let vague = self.any(|m| m.is_cue("last") || m.text == "first" || m.text == "longest ago");
        let said = self.any(|m| {
            m.is_verb("create")
                || m.fields().contains(&Field::CreatedAt)
                || m.is_cue("newest")
                || m.is_cue("oldest")
        });
        !(self.query.entity.is_desktop()
            && order.by == By::Field(Field::CreatedAt)
            && vague
            && !said)
    }

    /// "last", "newest" and their like decide which rows, or which time.
    fn superlatives(&self) -> bool {
        let said = self.any(|m| {
            ["newest", "oldest", "last"]
                .iter()
                .any(|word| m.is_cue(word))
                || m.text == "first"
        });
        let lasts = matches!(
            self.query.shape,
            Shape::Total(Field::DurationMs | Field::DurationSeconds | Field::DurationMinutes)
                | Shape::Average(
                    Field::DurationMs | Field::DurationSeconds | Field::DurationMinutes
                )
        ) || self
            .fields()
            .any(|field| matches!(field, Field::DurationMs | Field::DurationSeconds));
        let shown = self.query.order.is_some()
            || matches!(
                self.query.shape,
                Shape::Highest(_) | Shape::Lowest(_) | Shape::Range(_)
            )
            || self
                .query
                .show
                .iter()
                .any(|shown| shown.field().is_some_and(Field::is_time))
            || self.fields().any(Field::is_time)
            || self
                .tests
                .iter()
                .any(|test| matches!(test, Test::LastRun { .. }));
        !said || lasts || shown
    }

    /// An account of another client's name, or one unused desktop for a whole account, is not meant.
    fn owners(&self) -> bool {
        let apart = self.parse.m.windows(2).any(|pair| {
            pair[0]
                .names
                .iter()
                .any(|name| name.field == Field::OrganizationName)
                && pair[1].what == What::Names { partial: true }
                && pair[1]
                    .names
                    .iter()
                    .any(|name| name.field == Field::AccountName)
                && !pair[1]
                    .names
                    .iter()
                    .any(|name| name.literal.to_lowercase().contains(&pair[0].text))
        });
        let unused = self.query.entity == Entity::Desktop
            && matches!(self.query.shape, Shape::Distinct(_))
            && !self.noun(Entity::Desktop)
            && self.noun(Entity::Account)
            && self.any(|m| matches!(m.property(), Some("unused" | "idle")));
        let rows = self.any(|m| m.text.starts_with("how big ") || m.text.starts_with("how large "))
            && self.query.shape == Shape::List
            && !self.noun(Entity::Desktop)
            && !self.fields().any(|field| {
                matches!(
                    field,
                    Field::WorkspaceId | Field::UserName | Field::ComputerName
                )
            });
        !apart && !unused && !rows
    }

    /// "always on, as well as those on auto stop" are two numbers, and by hand is more than one
    /// cause beside the schedule.
    fn apart(&self) -> bool {
        let two = self.parse.m.windows(2).any(|pair| {
            pair[0].text == "as well as" && matches!(pair[1].text.as_str(), "those" | "the")
        });
        let compared = !self.query.groups.is_empty();
        let hand = self.any(|m| matches!(m.text.as_str(), "by hand" | "manually"));
        let by_cause = compared && self.query.groups[0].field() == Some(Field::Cause);
        let added_up = !compared && self.query.shape == Shape::Count;
        !(two && added_up || hand && by_cause)
    }

    /// "which state is each desktop in" asks for every row.
    fn rows_of_each(&self) -> bool {
        let each = self.parse.m.windows(3).any(|three| {
            matches!(three[0].text.as_str(), "each" | "every")
                && three[1..]
                    .iter()
                    .any(|m| m.entity().is_some_and(|entity| self.parse.is_own(entity)))
        });
        !each || !matches!(self.query.shape, Shape::Distinct(_))
    }

    /// "production desktops, if one looks at the Environment tag": the word is the tag's value,
    /// which a test for the tag alone leaves out.
    fn values_of_tags(&self) -> bool {
        const BY: [&str; 6] = ["look", "looks", "looking", "going", "according", "judging"];
        let m = self.parse.m;
        let named = (1..m.len()).any(|at| {
            m[at].entity() == Some(Entity::Tag)
                && (at.saturating_sub(5)..at).any(|back| {
                    BY.iter()
                        .any(|word| m[back].text.split(' ').any(|part| part == *word))
                })
        });
        !named
            || !self
                .tests
                .iter()
                .any(|test| matches!(test, Test::Tagged { values, .. } if values.is_empty()))
    }

    /// "raised and closed this month" says two things of one time.
    fn two_events(&self) -> bool {
        let both = self.any(|m| m.is_verb("raise") && !m.soft())
            && self.any(|m| m.is_verb("close") && !m.soft());
        let times = self
            .fields()
            .filter(|field| matches!(field, Field::RaisedAt | Field::ClosedAt));
        !both || times.count() != 1
    }
}

/// "just Acme, not Acme Labs" makes plain which of two alike names is meant.
pub(super) fn narrower(is: &Filter, not: &Filter) -> bool {
    match (&is.test, &not.test) {
        (Test::OneOf { values: is, .. }, Test::OneOf { values: not, .. }) => not
            .iter()
            .all(|not| is.iter().any(|is| not.starts_with(&format!("{is} ")))),
        _ => false,
    }
}

/// Whether the name of a time begins with a superlative: "last login".
pub(super) fn last_of(text: &str) -> bool {
    ["last ", "latest ", "most recent "]
        .iter()
        .any(|word| text.starts_with(word))
}
