//! Shapes, out of pieces: each known kind of question says what it needs, what it takes, and what
//! it makes of it. A kind that leaves a word of the question over does not apply.

use domain::UtcTime;

use super::clauses::Parse;
use super::fields::{Entity, Field};
use super::kinds_ranked::{is_condition, is_outcome};
use super::pieces::{Pieces, Subject};
use super::query::{Dimension, Filter, Query, Shape, Test};

/// The kinds of question, as `assets/prompts/intents.toml` declares them.
pub(crate) const KINDS: &[&str] = &[
    "count",
    "count_groups",
    "count_distinct",
    "list",
    "distinct",
    "total",
    "average",
    "lowest",
    "highest",
    "top_rows",
    "top_groups",
    "share",
    "split",
    "trend",
    "compare",
    "difference",
    "latest",
    "earliest",
    "when",
    "lookup",
    "exists",
    "without",
    "having",
    "history",
    "measure_groups",
    "who",
];

/// Builds one kind out of a parsed question.
pub(crate) struct Composer<'a, 'b> {
    pub parse: &'a Parse<'b>,
    pub pieces: &'a Pieces,
    pub(super) used: Vec<bool>,
    /// Filters that the kind has in its shape or groups.
    pub(super) replaced: Vec<usize>,
}

impl<'a, 'b> Composer<'a, 'b> {
    pub fn new(parse: &'a Parse<'b>, pieces: &'a Pieces) -> Self {
        Self {
            parse,
            pieces,
            used: parse.used.clone(),
            replaced: Vec::new(),
        }
    }

    /// The question as one of this kind, where every word has its part in it.
    pub fn build(mut self, kind: &str) -> Option<Query> {
        // "did the last sync succeed" is yes or no, which rows do not say.
        if self.yes_or_no()
            && !matches!(
                kind,
                "compare" | "difference" | "exists" | "having" | "share" | "latest" | "lookup"
            )
        {
            return None;
        }
        // "doesn't Acme have any" denies the whole question rather than the word behind it.
        if self.yes_or_no() && self.parse.m.get(1).is_some_and(|m| m.text == "not") {
            return None;
        }
        // "how many are there and how many are stopped" asks twice.
        let counts: Vec<usize> = (0..self.parse.m.len())
            .filter(|at| self.parse.m[*at].is_cue("count") && !self.only_number(*at))
            .collect();
        if counts.windows(2).any(|pair| pair[1] - pair[0] > 2) {
            return None;
        }
        let mut query = self.kind(kind)?;
        let whether = self.yes_or_no();
        let asked = |filter: &Filter| {
            whether
                && (matches!(kind, "latest" | "earliest") && is_outcome(filter)
                    || kind == "lookup" && is_condition(filter))
        };
        query.filters.extend(
            self.parse
                .filters
                .iter()
                .enumerate()
                .filter(|(at, placed)| !self.replaced.contains(at) && !asked(&placed.filter))
                .map(|(_, placed)| placed.filter.clone()),
        );
        // What failed is shown with its error.
        let failed = query.filters.contains(&Filter::one(Field::State, "failed"));
        if failed && query.entity == Entity::Job && query.shape == Shape::List {
            query.show.push(Dimension::Field(Field::Error));
        }
        // What has not ended took no time yet.
        if query
            .show
            .iter()
            .any(|shown| shown.field() == Some(Field::DurationSeconds))
        {
            query
                .filters
                .push(Filter::not(Test::Absent(Field::FinishedAt)));
        }
        query.filters = distinct(query.filters);
        if let Shape::Share(part) = &query.shape {
            query.filters.retain(|filter| !part.contains(filter));
        }
        if contradicts(&query.filters) {
            return None;
        }
        let groups: Vec<Dimension> = self
            .pieces
            .groups
            .iter()
            .map(|(_, group)| group.clone())
            .collect();
        let each = matches!(query.shape, Shape::Each(..));
        if !groups.is_empty() && query.groups.is_empty() && !each {
            return None;
        }
        if self.parse.with_used(self.used).left_over().is_some() {
            return None;
        }
        if self.parse.having.is_some() && query.having.is_none() {
            return None;
        }
        query.intent = format!("{}.{kind}", query.entity.view());
        for note in &self.parse.notes {
            query.note(note.clone());
        }
        super::guard::holds(self.parse, self.pieces, &query).then_some(query)
    }

    pub(super) fn yes_or_no(&self) -> bool {
        let first = &self.parse.m[0];
        // "was it changed, and if so, how many times" asks for the number.
        let counts = self.parse.m.iter().any(|m| m.is_cue("count"));
        !counts
            && !first.is_cue("exists")
            && matches!(
                first.text.as_str(),
                "did" | "was" | "is" | "does" | "has" | "are" | "were" | "do" | "have" | "has been"
            )
    }

    /// "…, number only", "…; what is the figure": says again that a count is asked for.
    fn only_number(&self, at: usize) -> bool {
        let text = &self.parse.m[at].text;
        text.starts_with("counting")
            || at > 0
                && self.parse.m[at + 1..].iter().all(|m| m.soft())
                && ["only", "just", "figure", "number", "total"]
                    .iter()
                    .any(|word| text.contains(word))
                && !text.ends_with(" of")
    }

    pub(super) fn take(&mut self, at: usize) {
        self.used[at] = true;
    }

    /// Takes every mention with this cue; false when there is none.
    pub(super) fn cue(&mut self, name: &str) -> bool {
        let mut any = false;
        for at in 0..self.used.len() {
            if !self.parse.used[at] && self.parse.m[at].is_cue(name) {
                self.used[at] = true;
                any = true;
            }
        }
        any
    }

    pub(super) fn new_query(&self, shape: Shape) -> Query {
        Query::new(self.parse.entity, shape, self.parse.now)
    }

    /// Takes the rows' own noun wherever it stands; false when something else is asked for.
    pub(super) fn rows(&mut self) -> bool {
        for at in self.pieces.own.clone() {
            self.take(at);
        }
        match &self.pieces.subject {
            Some(Subject::Rows(at)) => {
                self.take(*at);
                true
            }
            Some(Subject::Shared(..)) => false,
            None => true,
        }
    }

    /// What rows share and is asked for.
    pub(super) fn shared(&mut self) -> Option<Dimension> {
        let Some(Subject::Shared(at, dimension)) = &self.pieces.subject else {
            return None;
        };
        self.take(*at);
        for own in self.pieces.own.clone() {
            self.take(own);
        }
        Some(dimension.clone())
    }

    /// Takes the verbs that go without saying: "created" of a count per month, "ran" of syncs.
    pub(super) fn plain_verbs(&mut self) {
        for at in 0..self.used.len() {
            let m = &self.parse.m[at];
            if self.used[at] {
                continue;
            }
            let plain = match self.parse.entity {
                Entity::Sync | Entity::Job => {
                    m.is_verb("start")
                        || m.is_verb("finish") && m.text != "completed"
                        || m.is_verb("request")
                        || m.is_verb("last")
                }
                Entity::Alert => m.is_verb("raise") || m.is_verb("start"),
                Entity::Version | Entity::StateChange => {
                    m.is_verb("start")
                        || m.is_verb("change")
                        || m.is_verb("create") && self.parse.entity == Entity::StateChange
                }
                Entity::DesktopEver => m.is_verb("delete") || m.is_verb("terminate"),
                _ => false,
            };
            if plain && m.value().is_none() && m.property().is_none() {
                self.take(at);
            }
        }
    }

    pub(super) fn groups(&self) -> Vec<Dimension> {
        self.pieces
            .groups
            .iter()
            .map(|(_, group)| group.clone())
            .collect()
    }

    pub(super) fn time_groups(&self) -> bool {
        self.pieces
            .groups
            .iter()
            .any(|(_, group)| matches!(group, Dimension::Time(..)))
    }

    pub(super) fn kind(&mut self, kind: &str) -> Option<Query> {
        match kind {
            "count" => self.count(),
            "count_groups" => self.count_groups(),
            "count_distinct" => self.count_distinct(),
            "list" => self.list(),
            "distinct" => self.distinct(),
            "total" => self.aggregate("total"),
            "average" => self.aggregate("average"),
            "lowest" => self.extreme(false),
            "highest" => self.extreme(true),
            "measure_groups" => self.measure_groups(),
            "top_rows" => self.top_rows(),
            "top_groups" => self.top_groups(),
            "share" => self.share(),
            "split" => self.split(),
            "trend" => self.trend(),
            "compare" => self.compare(),
            "difference" => self.difference(),
            "latest" => self.latest(true),
            "earliest" => self.latest(false),
            "when" => self.when(),
            "lookup" => self.lookup(),
            "exists" => self.exists(),
            "having" => self.having(),
            "history" => self.history(),
            "who" => self.who(),
            _ => None,
        }
    }
}

/// What is said twice counts once.
fn distinct(filters: Vec<Filter>) -> Vec<Filter> {
    let mut found: Vec<Filter> = Vec::new();
    for filter in filters {
        if !found.contains(&filter) {
            found.push(filter);
        }
    }
    found
}

/// Two filters that ask one field to be two things at once.
fn contradicts(filters: &[Filter]) -> bool {
    filters.iter().enumerate().any(|(at, one)| {
        filters[at + 1..].iter().any(|other| {
            !one.negated
                && !other.negated
                && match (&one.test, &other.test) {
                    (Test::OneOf { field: a, .. }, Test::OneOf { field: b, .. })
                    | (Test::Like { field: a, .. }, Test::Like { field: b, .. }) => a == b,
                    (
                        Test::Time { field: a, from, to, .. },
                        Test::Time {
                            field: b,
                            from: later,
                            to: end,
                            ..
                        },
                    ) => {
                        let apart = |end: &Option<UtcTime>, start: &Option<UtcTime>| {
                            matches!((end, start), (Some(end), Some(start)) if end <= start)
                        };
                        a == b && (apart(to, later) || apart(end, from))
                    }
                    _ => false,
                }
        })
    })
}
