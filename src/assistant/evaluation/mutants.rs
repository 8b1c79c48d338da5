//! Wrong queries made of right ones, each by one slip of the kind that people and models make. How
//! many of them give other rows on some database tells how well the databases tell right from wrong.
//!
//! Some slips change nothing that anybody could see, and are not made:
//! - a direction of sorting where all rows are answered;
//! - `X IS NOT NULL` dropped where another condition compares `X`, which no NULL passes;
//! - `resource_type = 'workspaces'` dropped beside a `change` that only desktops have;
//! - a join's own condition, and the parts of a time's or a share's arithmetic;
//! - a slip that makes the query of another accepted reading.

mod slips;
mod words;

use std::collections::{BTreeMap, HashSet};

use domain::UtcTime;
use futures::StreamExt;
use store::Db;
use store::query::QueryResult;

use super::compare::compare;
use super::questions::Question;
use super::run::{AT_ONCE, EvaluationError, on_all, on_one, rules};

/// A wrong query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mutant {
    /// The kind of slip: `condition dropped`, …
    pub slip: &'static str,
    pub sql: String,
}

/// Every wrong query one slip away from `sql`, but for those that make one of `accepted`.
#[must_use]
pub fn mutants(sql: &str, accepted: &[String]) -> Vec<Mutant> {
    let words = words::split(sql);
    let right: HashSet<String> = accepted
        .iter()
        .map(|sql| words::join(&words::split(sql)))
        .chain([words::join(&words)])
        .collect();
    let mut seen = HashSet::new();
    slips::all(&words)
        .into_iter()
        .map(|(slip, words)| Mutant {
            slip,
            sql: words::join(&words),
        })
        .filter(|mutant| !right.contains(&mutant.sql) && seen.insert(mutant.sql.clone()))
        .collect()
}

/// How well databases tell right from wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Wrong queries that run.
    pub made: usize,
    /// Of these, how many give other rows than the right query on some database.
    pub told: usize,
    /// Made and told, by kind of slip.
    pub by_slip: BTreeMap<&'static str, (usize, usize)>,
    /// Those that look right on every database: the question's id and the slip.
    pub survivors: Vec<(String, Mutant)>,
}

/// Makes wrong queries of the first accepted query of each question and counts which are told apart.
pub async fn tell_apart(
    databases: &[Db],
    questions: &[Question],
    now: UtcTime,
) -> Result<Told, EvaluationError> {
    let tried = futures::stream::iter(questions.iter().filter(|question| question.answerable))
        .map(|question| of_question(databases, question, now))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let mut all = Told::default();
    for one in tried {
        let one = one?;
        all.made += one.made;
        all.told += one.told;
        all.survivors.extend(one.survivors);
        for (slip, (made, told)) in one.by_slip {
            let sum = all.by_slip.entry(slip).or_default();
            *sum = (sum.0 + made, sum.1 + told);
        }
    }
    all.survivors.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all)
}

async fn of_question(
    databases: &[Db],
    question: &Question,
    now: UtcTime,
) -> Result<Told, EvaluationError> {
    let mut told = Told::default();
    let accepted = question.gold(now);
    let Some(gold) = accepted.first() else {
        return Ok(told);
    };
    let right = on_all(databases, gold)
        .await
        .map_err(|reason| EvaluationError::Gold {
            id: question.id.clone(),
            sql: gold.clone(),
            reason,
        })?;
    let as_answers: Vec<String> = accepted.iter().map(|sql| question.as_answer(sql)).collect();
    for mutant in mutants(&question.as_answer(gold), &as_answers) {
        let Some(differs) = differs(databases, question, gold, &right, &mutant).await else {
            continue;
        };
        let sum = told.by_slip.entry(mutant.slip).or_default();
        *sum = (sum.0 + 1, sum.1 + usize::from(differs));
        told.made += 1;
        told.told += usize::from(differs);
        if !differs {
            told.survivors.push((question.id.clone(), mutant));
        }
    }
    Ok(told)
}

/// Whether a wrong query gives other rows on some database; `None` when it does not run.
async fn differs(
    databases: &[Db],
    question: &Question,
    gold: &str,
    right: &[QueryResult],
    mutant: &Mutant,
) -> Option<bool> {
    for (db, right) in databases.iter().zip(right) {
        let wrong = on_one(db, &mutant.sql).await.ok()?;
        if !compare(right, &wrong, rules(question, gold)).relaxed {
            return Some(true);
        }
    }
    Some(false)
}
