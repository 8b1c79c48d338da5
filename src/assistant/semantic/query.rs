//! What a question was understood as: typed, kept with its answer, edited by follow-ups. `sql.rs`
//! builds its SQL and `label.rs` its words.

use domain::UtcTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fields::{Entity, Field};

/// One understood question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    pub(crate) intent: String,
    pub(crate) entity: Entity,
    pub(crate) shape: Shape,
    #[serde(default)]
    pub(crate) filters: Vec<Filter>,
    #[serde(default)]
    pub(crate) groups: Vec<Dimension>,
    /// Columns a list shows beside its usual ones.
    #[serde(default)]
    pub(crate) show: Vec<Dimension>,
    pub(crate) having: Option<(Comparison, f64)>,
    pub(crate) order: Option<Order>,
    pub(crate) limit: Option<u32>,
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    /// When it was asked, which relative times count from.
    pub(crate) now: UtcTime,
}

/// What is made of the rows that pass the filters; once per group where there are groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    List,
    Count,
    CountDistinct(Dimension),
    /// Each value once.
    Distinct(Vec<Dimension>),
    Total(Field),
    Average(Field),
    Lowest(Field),
    Highest(Field),
    /// The lowest and the highest.
    Range(Field),
    /// How many of the rows pass these filters too, in percent.
    Share(Vec<Filter>),
    /// How many rows each group has, and how much of the whole that is.
    Split,
    /// How many rows, or how much of a field, the first has more than the second; or how many times
    /// as much.
    Difference {
        of: Option<Field>,
        sides: Box<[Filter; 2]>,
        #[serde(default)]
        ratio: bool,
    },
    /// How many rows each of these has on average; of times, how many of them there were.
    Each(Dimension, Option<f64>),
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Dimension {
    Field(Field),
    /// The value of the tag with this key.
    Tag(String),
    Time(Field, Bucket),
    /// Which of these a row passes, the first that it does.
    Sides(Vec<Filter>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bucket {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Filter {
    pub test: Test,
    #[serde(default)]
    pub negated: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Test {
    OneOf {
        field: Field,
        values: Vec<String>,
    },
    /// Begins with or contains one of these, as SQL patterns.
    Like {
        field: Field,
        patterns: Vec<String>,
        said: String,
    },
    Absent(Field),
    Flag(Field),
    Number {
        field: Field,
        comparison: Comparison,
        value: f64,
        upto: Option<f64>,
    },
    /// At `from` or later, and before `to`. `or_never` also takes rows without such a time.
    Time {
        field: Field,
        from: Option<UtcTime>,
        to: Option<UtcTime>,
        or_never: bool,
        said: String,
    },
    /// Carries a tag: with this key, with one of these values. Without both, any tag.
    Tagged {
        key: Option<String>,
        values: Vec<String>,
    },
    Any(Vec<Filter>),
    All(Vec<Filter>),
    /// Belongs to the newest sync run of these rows; of those that have ended, if `finished`.
    LastRun {
        finished: bool,
        filters: Vec<Filter>,
    },
    /// One column against another of the same row.
    Fields {
        left: Field,
        comparison: Comparison,
        right: Field,
    },
    /// Has rows of another kind that pass these filters.
    Has {
        entity: Entity,
        filters: Vec<Filter>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Between,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub by: By,
    pub descending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// What is counted or added up.
    Measure,
    Field(Field),
    Groups,
}

impl Filter {
    pub fn new(test: Test) -> Self {
        Self {
            test,
            negated: false,
        }
    }

    pub fn not(test: Test) -> Self {
        Self {
            test,
            negated: true,
        }
    }

    pub fn one(field: Field, value: &str) -> Self {
        Self::new(Test::OneOf {
            field,
            values: vec![value.to_owned()],
        })
    }

    /// The field it is about, where that is one.
    pub fn field(&self) -> Option<Field> {
        match &self.test {
            Test::Any(parts) | Test::All(parts) => {
                let first = parts.first()?.field();
                parts
                    .iter()
                    .all(|part| part.field() == first)
                    .then_some(first?)
            }
            test => test.field(),
        }
    }
}

impl Test {
    /// The one field it looks at by itself.
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::OneOf { field, .. }
            | Self::Like { field, .. }
            | Self::Absent(field)
            | Self::Flag(field)
            | Self::Number { field, .. }
            | Self::Time { field, .. } => Some(*field),
            Self::Any(_)
            | Self::All(_)
            | Self::Tagged { .. }
            | Self::Fields { .. }
            | Self::Has { .. }
            | Self::LastRun { .. } => None,
        }
    }
}

impl Dimension {
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Field(field) | Self::Time(field, _) => Some(*field),
            Self::Tag(_) | Self::Sides(_) => None,
        }
    }
}

impl Query {
    pub(crate) fn new(entity: Entity, shape: Shape, now: UtcTime) -> Self {
        Self {
            intent: String::new(),
            entity,
            shape,
            filters: Vec::new(),
            groups: Vec::new(),
            show: Vec::new(),
            having: None,
            order: None,
            limit: None,
            notes: Vec::new(),
            now,
        }
    }

    /// The one SELECT that answers it, on the public views.
    #[must_use]
    pub fn sql(&self) -> String {
        super::sql::select(self)
    }

    /// What it asks, in plain words.
    #[must_use]
    pub fn label(&self) -> String {
        super::label::describe(self)
    }

    /// The same for the same reading of the same question.
    #[must_use]
    pub fn id(&self) -> String {
        let mut timeless = self.clone();
        timeless.notes.clear();
        timeless.now = UtcTime::from_unix(0);
        let words = format!(
            "{}|{}|{:?}",
            timeless.intent,
            timeless.label(),
            timeless.shape
        );
        let digest = Sha256::digest(words.as_bytes());
        digest[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Which known kind of question it is: `desktops.count`.
    #[must_use]
    pub fn intent(&self) -> &str {
        &self.intent
    }

    /// What to know about how it was read.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// All tests, those inside others too.
    pub(crate) fn tests(&self) -> Vec<&Test> {
        let mut open: Vec<&Filter> = self.filters.iter().collect();
        match &self.shape {
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

    /// Whether rows are chosen or told apart by what the data calls something: a client, a user, a tag.
    #[must_use]
    pub fn says_a_name(&self) -> bool {
        let tag = |dimension: &Dimension| matches!(dimension, Dimension::Tag(_));
        let grouped = match &self.shape {
            Shape::CountDistinct(one) | Shape::Each(one, _) => tag(one),
            Shape::Distinct(all) => all.iter().any(tag),
            _ => false,
        };
        let shown = self.groups.iter().chain(&self.show).any(tag);
        let chosen = self.tests().into_iter().any(|test| match test {
            Test::OneOf { field, .. } | Test::Like { field, .. } => field.holds_names(),
            Test::Tagged { .. } => true,
            Test::LastRun { filters, .. } => !filters.is_empty(),
            _ => false,
        });
        grouped || shown || chosen
    }

    /// The thing it asks about.
    #[must_use]
    pub fn entity(&self) -> Entity {
        self.entity
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
