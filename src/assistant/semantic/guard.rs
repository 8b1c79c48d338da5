//! The last look at a query before it counts: what was said has to show in it. A query that leaves
//! out a name, a number or a time of the question, or answers about another thing, is no answer.

use super::clauses::Parse;
use super::fields::{Entity, Field};
use super::mentions::{Mention, What, inner_apostrophe};
use super::pieces::{Pieces, Subject};
use super::query::{By, Dimension, Filter, Query, Shape, Test};

/// Whether all that was said shows in `query`.
pub(crate) fn holds(parse: &Parse<'_>, pieces: &Pieces, query: &Query) -> bool {
    let said = Said {
        parse,
        query,
        tests: tests(query),
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

struct Said<'a, 'b> {
    parse: &'a Parse<'b>,
    query: &'a Query,
    tests: Vec<&'a Test>,
}

impl Said<'_, '_> {
    fn any(&self, test: impl Fn(&Mention) -> bool) -> bool {
        self.parse.m.iter().any(test)
    }

    fn noun(&self, entity: Entity) -> bool {
        self.any(|m| m.entity() == Some(entity))
    }

    fn fields(&self) -> impl Iterator<Item = Field> {
        self.tests.iter().filter_map(|test| field(test))
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

    /// "per account": what stands behind shows as groups, or the rows are asked for one by one.
    fn grouped(&self) -> bool {
        let m = self.parse.m;
        let said = (0..m.len().saturating_sub(1)).any(|at| {
            let strict = m[at].is_small("by")
                && m[at]
                    .text
                    .split(' ')
                    .any(|word| matches!(word, "per" | "each" | "grouped" | "broken"));
            let noun = (at + 1..m.len()).find(|next| {
                !m[*next].soft() || m[*next].entity().is_some() || !m[*next].fields().is_empty()
            });
            // "average storage per desktop" is of the rows themselves.
            let averaged = matches!(self.query.shape, Shape::Average(_));
            strict
                && noun.is_some_and(|noun| match m[noun].entity() {
                    Some(entity) => !(averaged && self.parse.is_own(entity)),
                    None => !m[noun].fields().is_empty(),
                })
        });
        let one = matches!(
            self.query.shape,
            Shape::Count
                | Shape::CountDistinct(_)
                | Shape::Total(_)
                | Shape::Average(_)
                | Shape::Lowest(_)
                | Shape::Highest(_)
                | Shape::Range(_)
        ) || self.query.shape == Shape::List && self.query.limit == Some(1);
        !said || !one || !self.query.groups.is_empty() || self.query.having.is_some()
    }

    /// "first and last login": both are asked for.
    fn opposites(&self) -> bool {
        let ends = |words: [&str; 2]| {
            self.parse.m.iter().position(|m| {
                let cued = words.iter().any(|word| m.is_cue(word));
                // "first and last login"
                let within = m.is_named_time() && last_of(&m.text) && words.contains(&"last");
                (cued || within) && m.time().is_none()
            })
        };
        for (one, other) in [
            (["newest", "last"], ["oldest", "first"]),
            (["most", "longest"], ["least", "shortest"]),
        ] {
            if let (Some(one), Some(other)) = (ends(one), ends(other)) {
                let (from, to) = (one.min(other) + 1, one.max(other));
                let joined = self.parse.m[from..to]
                    .iter()
                    .any(|m| m.is_small("and") || m.is_small("or"));
                let both = matches!(self.query.shape, Shape::Range(_));
                if joined && to - from <= 4 && !both {
                    return false;
                }
            }
        }
        true
    }

    /// What everything is asked of is not cut short.
    fn everything(&self) -> bool {
        let m = self.parse.m;
        let said = (0..m.len()).any(|at| {
            let every = m[at].text == "everything"
                || m[at].text == "all" && m.get(at + 1).is_some_and(|next| next.entity().is_some());
            every && !(at > 0 && m[at - 1].text.ends_with("of"))
        });
        let numbered = self.any(|m| m.number().is_some());
        !said || numbered || self.query.shape != Shape::List || self.query.limit.is_none()
    }

    /// A word that can be a state is a condition, unless it says where or how something runs.
    fn states_said(&self) -> bool {
        if !self.query.entity.is_desktop() {
            return true;
        }
        let m = self.parse.m;
        (0..m.len()).all(|at| {
            let state = m[at].text == "running"
                && m[at].value().is_some()
                && !self.parse.located(at)
                && !self.parse.used[at];
            // "are live in eu-west-1" is more than that they are there.
            let verb = at > 0 && matches!(m[at - 1].text.as_str(), "are" | "is" | "were");
            let state = state || verb && matches!(m[at].text.as_str(), "live in" | "up in");
            !state || self.fields().any(|field| field == Field::State)
        })
    }

    /// "a stopped desktop and no running one", "Acme and Acme Labs excluded": what is one thing is
    /// not another anyway, so that the second was meant of something else.
    fn apart_from(&self) -> bool {
        let one = |filter: &&Filter, negated: bool| {
            filter.negated == negated && matches!(filter.test, Test::OneOf { .. })
        };
        !self
            .query
            .filters
            .iter()
            .filter(|f| one(f, true))
            .any(|not| {
                self.query
                    .filters
                    .iter()
                    .filter(|f| one(f, false))
                    .any(|is| is.field() == not.field() && !narrower(is, not))
            })
    }

    /// A bound that another bound of the same time has in it was meant of another time.
    fn implied(&self) -> bool {
        let bounds: Vec<_> = self
            .query
            .filters
            .iter()
            .filter(|filter| !filter.negated)
            .filter_map(|filter| match &filter.test {
                Test::Time {
                    field,
                    from,
                    to,
                    or_never: false,
                    ..
                } => Some((*field, *from, *to)),
                _ => None,
            })
            .collect();
        bounds.iter().enumerate().all(|(at, (field, from, to))| {
            bounds
                .iter()
                .enumerate()
                .all(|(other, (same, begin, end))| {
                    let wider = begin.is_none_or(|begin| from.is_some_and(|from| begin <= from))
                        && end.is_none_or(|end| to.is_some_and(|to| to <= end));
                    at == other || field != same || !wider
                })
        })
    }

    /// "who stopped ws-1": who did something to a desktop nobody knows.
    fn doers(&self) -> bool {
        let m = self.parse.m;
        !(0..m.len()).any(|at| {
            let state = self.query.entity.is_desktop()
                && m[at].value().is_some_and(|value| self.is_state(value))
                && m.get(at + 1)
                    .is_some_and(|next| next.what == What::Literal && next.text.starts_with("ws-"));
            state
                && (0..at).any(|back| m[back].is_cue("who") || m[back].text == "who")
                && !(at > 0 && matches!(m[at - 1].text.as_str(), "is" | "are" | "the" | "of"))
        })
    }

    fn is_state(&self, value: usize) -> bool {
        self.parse.lexicon.values[value]
            .of
            .iter()
            .any(|(of, field, _)| *of == Entity::Desktop && *field == Field::State)
    }

    /// "people who never connected on any of their machines": said of all that one person has.
    fn people(&self) -> bool {
        let whole = self.parse.m.windows(3).any(|three| {
            let words = three
                .iter()
                .map(|m| m.text.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            ["any of their", "all of their", "all their", "none of their"]
                .iter()
                .any(|said| words.contains(said))
        });
        let shared = matches!(
            self.query.shape,
            Shape::Distinct(_) | Shape::CountDistinct(_)
        ) || !self.query.groups.is_empty();
        !(whole && shared)
    }

    /// Which version was in force at a time is not which began then.
    fn in_force(&self) -> bool {
        let said = self.any(|m| m.property() == Some("in_force"));
        let back = self.query.entity == Entity::Version
            && self.query.filters.iter().any(|filter| {
                filter.negated && filter.test == Filter::one(Field::Change, "returned").test
            });
        !(said && self.any(|m| m.time().is_some()) || back)
    }

    /// "are there any? which" asks for them, "is a sync still going" for more than whether there
    /// ever was one, and "even if it is gone" is no condition.
    fn whether(&self) -> bool {
        let exists = self.query.intent.ends_with(".exists");
        let which = self.parse.m.split_last().is_some_and(|(last, before)| {
            (last.is_cue("which") || last.is_cue("list"))
                && !before
                    .last()
                    .is_some_and(|m| m.is_small("in") || m.is_small("of"))
        });
        let now = self.query.filters.is_empty()
            && self.any(|m| m.is_small("now") || matches!(m.text.as_str(), "still" | "going"));
        let concession = self.parse.m.windows(2).any(|pair| {
            pair[0].text == "even" && matches!(pair[1].text.as_str(), "if" | "when" | "though")
        });
        let gone = self.query.entity == Entity::DesktopEver && !self.query.filters.is_empty();
        !(exists && (which || now) || concession && gone)
    }

    /// Why something failed is only known of what failed.
    fn reasons(&self) -> bool {
        let why = self.any(|m| m.fields().first() == Some(&Field::Error));
        let failed = self
            .fields()
            .any(|field| matches!(field, Field::State | Field::Status));
        !why || failed && self.query.shape == Shape::List
    }

    /// A state is of the thing that was named.
    fn states(&self, pieces: &Pieces) -> bool {
        if !self.query.entity.is_desktop() || self.noun(Entity::Desktop) {
            return true;
        }
        let theirs = matches!(
            &pieces.subject,
            Some(Subject::Shared(at, _))
                if matches!(self.parse.m[*at].entity(), Some(Entity::Directory | Entity::Account))
        );
        !theirs || !self.fields().any(|field| field == Field::State)
    }

    /// "what failed in the last sync" asks for scopes of the last run, "the last failed sync" does
    /// not.
    fn scopes_of_a_run(&self, pieces: &Pieces) -> bool {
        if self.query.entity != Entity::Sync || self.query.limit.is_none() {
            return false;
        }
        let Some(last) = pieces.superlatives.first().map(|found| found.at) else {
            return false;
        };
        self.parse
            .filters
            .iter()
            .any(|placed| placed.filter.field() == Some(Field::Status) && placed.at < last)
    }
}

/// "just Acme, not Acme Labs" makes plain which of two alike names is meant.
fn narrower(is: &Filter, not: &Filter) -> bool {
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

fn field(test: &Test) -> Option<Field> {
    match test {
        Test::OneOf { field, .. }
        | Test::Like { field, .. }
        | Test::Absent(field)
        | Test::Flag(field)
        | Test::Number { field, .. }
        | Test::Time { field, .. } => Some(*field),
        _ => None,
    }
}

/// All tests of a query, those inside others too.
fn tests(query: &Query) -> Vec<&Test> {
    let mut open: Vec<&Filter> = query.filters.iter().collect();
    match &query.shape {
        Shape::Share(part) => open.extend(part),
        Shape::Difference { sides, .. } => open.extend(sides.iter()),
        _ => {}
    }
    let mut found = Vec::new();
    while let Some(filter) = open.pop() {
        found.push(&filter.test);
        match &filter.test {
            Test::Any(parts) | Test::All(parts) => open.extend(parts),
            Test::Has { filters, .. } => open.extend(filters),
            _ => {}
        }
    }
    found
}
