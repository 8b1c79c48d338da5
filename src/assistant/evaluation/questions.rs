//! Sets of questions: one JSON object a line, as `assets/questions/README.md` describes.

use domain::UtcTime;
use serde::Deserialize;
use thiserror::Error;

/// Questions to tune on.
pub const DEV: &str = include_str!("../../../assets/questions/dev.jsonl");

/// Questions to measure on.
pub const HELD_OUT: &str = include_str!("../../../assets/questions/held_out.jsonl");

/// What stands in a query for the time of asking.
const NOW: &str = "{now}";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub id: String,
    pub question: String,
    /// Every query that is an honest reading; none when it cannot be answered.
    #[serde(default)]
    pub sql: Vec<String>,
    #[serde(default = "yes")]
    pub answerable: bool,
    /// The order of rows matters.
    #[serde(default)]
    pub ordered: bool,
    /// The queries rank everything by their last column; so many of the first rows are asked for.
    #[serde(default)]
    pub top: Option<usize>,
    /// Offering readings is right, too.
    #[serde(default)]
    pub ambiguous: bool,
    /// What it is about: `count`, `list`, `cost`, …
    #[serde(default)]
    pub kind: String,
    /// `phrasing` or `combination`.
    #[serde(default)]
    pub split: String,
    /// It holds typing mistakes.
    #[serde(default)]
    pub typo: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Error, PartialEq, Eq)]
pub enum QuestionsError {
    #[error("line {line} is not a question: {reason}")]
    Line { line: usize, reason: String },
    #[error("question {0} is answerable and has no SQL; add one, or set \"answerable\": false")]
    NoSql(String),
    #[error("two questions have the id {0}")]
    SameId(String),
    #[error("there are no questions in it")]
    Empty,
}

/// Reads a set; empty lines are skipped.
pub fn parse(text: &str) -> Result<Vec<Question>, QuestionsError> {
    let mut questions: Vec<Question> = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let question: Question =
            serde_json::from_str(line).map_err(|error| QuestionsError::Line {
                line: index + 1,
                reason: error.to_string(),
            })?;
        if question.answerable && question.sql.is_empty() {
            return Err(QuestionsError::NoSql(question.id));
        }
        if !ids.insert(question.id.clone()) {
            return Err(QuestionsError::SameId(question.id));
        }
        questions.push(question);
    }
    if questions.is_empty() {
        return Err(QuestionsError::Empty);
    }
    Ok(questions)
}

impl Question {
    /// The accepted queries, as of `now`.
    #[must_use]
    pub fn gold(&self, now: UtcTime) -> Vec<String> {
        let now = now.to_string();
        self.sql.iter().map(|sql| sql.replace(NOW, &now)).collect()
    }

    /// An accepted query as somebody would answer it: a ranking is cut.
    #[must_use]
    pub fn as_answer(&self, gold: &str) -> String {
        match self.top {
            Some(rows) => format!("{gold} LIMIT {rows}"),
            None => gold.to_owned(),
        }
    }
}
