//! Putting every question of a set to somebody, and judging what came of it.
//!
//! A question is asked once, of the first database, as of a fixed time. The SQL that comes back runs
//! on every database and has to agree there with one of the accepted queries, the same one on all:
//! a query that is right by accident is not right on five estates.

use std::future::Future;
use std::time::{Duration, Instant};

use domain::question::{Outcome, Tier};
use domain::{Scope, UtcTime};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use store::Db;
use store::query::{self, MAX_ROWS, QueryResult};
use thiserror::Error;

use super::compare::{Agreement, Rules, compare};
use super::questions::Question;

/// How many queries are run at a time.
pub(super) const AT_ONCE: usize = 4;

/// How long one query may take; a measurement is no place for a deadline that a busy machine misses.
const DEADLINE: Duration = Duration::from_secs(30);

/// Whoever answers questions.
pub trait Answerer: Sync {
    /// Answers as of `now`, from what is in `db`.
    fn answer(
        &self,
        db: &Db,
        question: &str,
        now: UtcTime,
    ) -> impl Future<Output = Answered> + Send;
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub outcome: Outcome,
    pub sql: Option<String>,
    pub tier: Option<Tier>,
}

impl Answered {
    #[must_use]
    pub fn refused() -> Self {
        Self {
            outcome: Outcome::CannotAnswer,
            sql: None,
            tier: None,
        }
    }

    #[must_use]
    pub fn sql(sql: impl Into<String>, tier: Option<Tier>) -> Self {
        Self {
            outcome: Outcome::Answered,
            sql: Some(sql.into()),
            tier,
        }
    }
}

#[derive(Debug, Error)]
pub enum EvaluationError {
    #[error("there is no database to measure on; ask for at least one")]
    NoDatabase,
    /// A defect of the set of questions, not of the answer.
    #[error("the SQL of question {id} does not run: {reason}; the query is {sql}")]
    Gold {
        id: String,
        sql: String,
        reason: String,
    },
}

/// One question and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub id: String,
    pub question: String,
    pub kind: String,
    pub split: String,
    pub typo: bool,
    pub answerable: bool,
    pub ambiguous: bool,
    pub outcome: Outcome,
    pub tier: Option<Tier>,
    pub sql: Option<String>,
    /// The first accepted query.
    pub gold: Option<String>,
    /// Why the SQL did not run, on the first database where it did not.
    pub error: Option<String>,
    pub strict: bool,
    pub relaxed: bool,
    pub milliseconds: f64,
}

impl Measured {
    #[must_use]
    pub fn answered(&self) -> bool {
        self.outcome == Outcome::Answered
    }

    /// Whether this is what should have happened: the right rows, or none where there can be none.
    #[must_use]
    pub fn right(&self) -> bool {
        if self.answered() {
            self.relaxed
        } else {
            !self.answerable || (self.ambiguous && self.outcome == Outcome::Ambiguous)
        }
    }
}

/// A set of questions put to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub databases: usize,
    /// The time all questions were asked at.
    pub now: UtcTime,
    pub questions: Vec<Measured>,
}

/// Puts every question to `answerer` and judges the answers on all of `databases`.
pub async fn evaluate(
    answerer: &impl Answerer,
    databases: &[Db],
    questions: &[Question],
    now: UtcTime,
) -> Result<Run, EvaluationError> {
    let first = databases.first().ok_or(EvaluationError::NoDatabase)?;
    let mut answers = Vec::with_capacity(questions.len());
    // One after another and with nothing else going on, so that what is timed is the answering.
    for question in questions {
        let started = Instant::now();
        let answered = answerer.answer(first, &question.question, now).await;
        answers.push((question, answered, started.elapsed()));
    }
    let measured = futures::stream::iter(answers)
        .map(|(question, answered, took)| judge(databases, question, answered, took, now))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(Run {
        databases: databases.len(),
        now,
        questions: measured,
    })
}

async fn judge(
    databases: &[Db],
    question: &Question,
    answered: Answered,
    took: Duration,
    now: UtcTime,
) -> Result<Measured, EvaluationError> {
    let mut error = None;
    let mut agreement = Agreement::default();
    if answered.outcome == Outcome::Answered {
        match &answered.sql {
            None => error = Some("it was answered without SQL".to_owned()),
            Some(sql) => match on_all(databases, sql).await {
                Err(reason) => error = Some(reason),
                Ok(results) => agreement = agree(databases, question, &results, now).await?,
            },
        }
    }
    Ok(Measured {
        id: question.id.clone(),
        question: question.question.clone(),
        kind: question.kind.clone(),
        split: question.split.clone(),
        typo: question.typo,
        answerable: question.answerable,
        ambiguous: question.ambiguous,
        outcome: answered.outcome,
        tier: answered.tier,
        sql: answered.sql,
        gold: question.gold(now).into_iter().next(),
        error,
        strict: agreement.strict,
        relaxed: agreement.relaxed,
        milliseconds: took.as_secs_f64() * 1000.0,
    })
}

/// The best agreement with any accepted query over all databases.
async fn agree(
    databases: &[Db],
    question: &Question,
    results: &[QueryResult],
    now: UtcTime,
) -> Result<Agreement, EvaluationError> {
    let mut best = Agreement::default();
    for gold in question.gold(now) {
        let rules = rules(question, &gold);
        let mut here = Agreement {
            strict: true,
            relaxed: true,
        };
        for (db, result) in databases.iter().zip(results) {
            let wanted = on_one(db, &gold)
                .await
                .map_err(|reason| EvaluationError::Gold {
                    id: question.id.clone(),
                    sql: gold.clone(),
                    reason,
                })?;
            let agreement = compare(&wanted, result, rules);
            here.strict &= agreement.strict;
            here.relaxed &= agreement.relaxed;
            if !here.relaxed {
                break;
            }
        }
        best.strict |= here.strict;
        best.relaxed |= here.relaxed;
        if best.strict {
            break;
        }
    }
    Ok(best)
}

/// How the rows of `gold` are to be compared.
#[must_use]
pub fn rules(question: &Question, gold: &str) -> Rules {
    Rules {
        ordered: question.ordered,
        top: question.top,
        counted: gold.contains("GROUP BY") || gold.contains("(SELECT count"),
    }
}

/// Runs a query on every database, or says why it does not run.
pub async fn on_all(databases: &[Db], sql: &str) -> Result<Vec<QueryResult>, String> {
    let mut results = Vec::with_capacity(databases.len());
    for db in databases {
        results.push(on_one(db, sql).await?);
    }
    Ok(results)
}

pub async fn on_one(db: &Db, sql: &str) -> Result<QueryResult, String> {
    query::run(db, &Scope::All, sql, MAX_ROWS, DEADLINE)
        .await
        .map_err(|error| error.to_string())
}
