//! What a run amounts to: rates with the intervals that so few questions leave open, and whether two
//! runs differ by more than chance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::run::{Measured, Run};

/// A share of a whole, with its 95 % Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    pub part: usize,
    pub whole: usize,
    /// 0 to 1; absent when there is nothing to be a share of.
    pub value: Option<f64>,
    pub low: f64,
    pub high: f64,
}

impl Rate {
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn new(part: usize, whole: usize) -> Self {
        if whole == 0 {
            return Self {
                part,
                whole,
                value: None,
                low: 0.0,
                high: 1.0,
            };
        }
        // The standard normal's 97.5 % point.
        const Z: f64 = 1.959_964;
        let (share, count) = (part as f64 / whole as f64, whole as f64);
        let spread = Z * Z / count;
        let middle = (share + spread / 2.0) / (1.0 + spread);
        let half =
            Z * (share * (1.0 - share) / count + spread / (4.0 * count)).sqrt() / (1.0 + spread);
        Self {
            part,
            whole,
            value: Some(share),
            low: (middle - half).max(0.0),
            high: (middle + half).min(1.0),
        }
    }
}

/// The rates of some questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub questions: usize,
    /// Of the answerable questions, those with the right columns and rows.
    pub accuracy_strict: Rate,
    /// Of the answerable questions, those with the right rows.
    pub accuracy_relaxed: Rate,
    /// Of the answerable questions, those that were answered at all.
    pub coverage: Rate,
    /// Of what was answered, what was wrong; whatever is said to a question without an answer is.
    pub wrong_answers: Rate,
    /// Of what was refused, what had to be.
    pub refusal_precision: Rate,
    /// Of what had to be refused, what was.
    pub refusal_recall: Rate,
    /// Of what was answered, what ran on every database.
    pub valid_sql: Rate,
    pub p50_ms: f64,
    pub p95_ms: f64,
}

impl Score {
    fn of(questions: &[&Measured]) -> Self {
        let count = |holds: &dyn Fn(&Measured) -> bool| {
            questions.iter().filter(|question| holds(question)).count()
        };
        let rate = |part: &dyn Fn(&Measured) -> bool, whole: &dyn Fn(&Measured) -> bool| {
            Rate::new(
                count(&|question| whole(question) && part(question)),
                count(whole),
            )
        };
        let answerable = |question: &Measured| question.answerable;
        let refused = |question: &Measured| !question.answered();
        let mut times: Vec<f64> = questions
            .iter()
            .map(|question| question.milliseconds)
            .collect();
        times.sort_by(f64::total_cmp);
        Self {
            questions: questions.len(),
            accuracy_strict: rate(&|question| question.strict, &answerable),
            accuracy_relaxed: rate(&Measured::right, &answerable),
            coverage: rate(&Measured::answered, &answerable),
            wrong_answers: rate(&|question| !question.relaxed, &Measured::answered),
            refusal_precision: rate(&|question| !question.answerable, &refused),
            refusal_recall: rate(&refused, &|question| !question.answerable),
            valid_sql: rate(&|question| question.error.is_none(), &Measured::answered),
            p50_ms: quantile(&times, 50),
            p95_ms: quantile(&times, 95),
        }
    }
}

/// The value below which `percent` of them lie; they are sorted.
fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or(0.0)
}

/// A run's rates over all and by what the questions are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub all: Score,
    pub by_split: BTreeMap<String, Score>,
    pub by_typo: BTreeMap<String, Score>,
    pub by_kind: BTreeMap<String, Score>,
}

#[must_use]
pub fn summarize(run: &Run) -> Summary {
    let all: Vec<&Measured> = run.questions.iter().collect();
    let by = |key: &dyn Fn(&Measured) -> String| {
        let mut groups: BTreeMap<String, Vec<&Measured>> = BTreeMap::new();
        for question in &run.questions {
            groups.entry(key(question)).or_default().push(question);
        }
        groups
            .into_iter()
            .map(|(name, questions)| (name, Score::of(&questions)))
            .collect()
    };
    Summary {
        all: Score::of(&all),
        by_split: by(&|question| {
            if question.answerable {
                question.split.clone()
            } else {
                "unanswerable".to_owned()
            }
        }),
        by_typo: by(&|question| if question.typo { "typos" } else { "clean" }.to_owned()),
        by_kind: by(&|question| question.kind.clone()),
    }
}

/// Two runs on the same questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Questions that both runs have.
    pub questions: usize,
    /// Right in this run and not in the other.
    pub gained: Vec<String>,
    /// Right in the other run and not in this.
    pub lost: Vec<String>,
    /// McNemar's exact test: how likely a difference at least as large is, if the runs are equally
    /// good.
    pub p_value: f64,
}

#[must_use]
pub fn compare_runs(this: &Run, other: &Run) -> Comparison {
    let before: BTreeMap<&str, bool> = other
        .questions
        .iter()
        .map(|question| (question.id.as_str(), question.right()))
        .collect();
    let (mut shared, mut gained, mut lost) = (0, Vec::new(), Vec::new());
    for question in &this.questions {
        let Some(was_right) = before.get(question.id.as_str()) else {
            continue;
        };
        shared += 1;
        match (was_right, question.right()) {
            (false, true) => gained.push(question.id.clone()),
            (true, false) => lost.push(question.id.clone()),
            _ => {}
        }
    }
    Comparison {
        questions: shared,
        p_value: mcnemar(gained.len(), lost.len()),
        gained,
        lost,
    }
}

/// A run with everything that is told of it; what `--format json` prints and `--compare` reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    pub run: Run,
}

impl Report {
    /// `other` is an earlier run on the same questions.
    #[must_use]
    pub fn new(run: Run, other: Option<&Run>) -> Self {
        Self {
            summary: summarize(&run),
            comparison: other.map(|other| compare_runs(&run, other)),
            run,
        }
    }
}

/// The two-sided exact test: among the questions that only one run has right, each run is as likely
/// as the other to be the one.
#[allow(clippy::cast_precision_loss)]
fn mcnemar(gained: usize, lost: usize) -> f64 {
    let all = gained + lost;
    // Each term from the one before, in logarithms, for hundreds of questions are no small powers.
    let mut log_term = -(all as f64) * std::f64::consts::LN_2;
    let mut tail = log_term.exp();
    for k in 1..=gained.min(lost) {
        log_term += ((all - k + 1) as f64).ln() - (k as f64).ln();
        tail += log_term.exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 5e-4
    }

    #[test]
    fn intervals_are_wilsons() {
        let rate = Rate::new(9, 10);
        assert!(
            near(rate.low, 0.5958) && near(rate.high, 0.9821),
            "{rate:?}"
        );
        let all = Rate::new(20, 20);
        assert!(near(all.low, 0.8389) && near(all.high, 1.0), "{all:?}");
        assert_eq!(Rate::new(0, 0).value, None);
    }

    #[test]
    fn mcnemars_test_is_exact() {
        assert!(near(mcnemar(0, 0), 1.0));
        assert!(near(mcnemar(5, 5), 1.0));
        assert!(near(mcnemar(1, 9), 0.0215));
        assert!(near(mcnemar(10, 0), 0.00195));
        assert!(mcnemar(400, 300) < 0.001);
    }

    #[test]
    fn quantiles_are_values_that_occur() {
        let sorted = [1.0, 2.0, 3.0, 4.0];
        assert!(near(quantile(&sorted, 50), 2.0) && near(quantile(&sorted, 95), 4.0));
        assert!(near(quantile(&[], 50), 0.0));
    }
}
