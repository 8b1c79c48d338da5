//! The assistant of this product as an answerer: its known kinds of question alone, or with a model.

use domain::question::{AskRequest, Outcome, Tier, TierChoice};
use domain::text_model::Cancel;
use domain::{Scope, UtcTime};
use store::{Db, StoreError};

use super::run::{Answered, Answerer};
use crate::semantic::{Semantics, Understanding, Values};
use crate::{Asker, Assistant, Events};

/// Known kinds of question, without a model. As in the product, names are looked up in values that
/// were loaded before.
pub struct Templates {
    semantics: Semantics,
    values: Values,
}

impl Templates {
    /// For questions to `db`.
    pub async fn of(db: &Db) -> Result<Self, StoreError> {
        Ok(Self {
            semantics: Semantics::new(),
            values: Values::load(db, &Scope::All).await?,
        })
    }

    /// Whether the question is left to nobody else.
    fn know(&self, question: &str, now: UtcTime) -> bool {
        let understood = self.semantics.understand(question, &self.values, None, now);
        understood != Understanding::Unknown
    }
}

impl Answerer for Templates {
    async fn answer(&self, _db: &Db, question: &str, now: UtcTime) -> Answered {
        match self.semantics.understand(question, &self.values, None, now) {
            Understanding::Query(query) => Answered::sql(query.sql(), Some(Tier::Template)),
            Understanding::Ambiguous(_) => Answered {
                outcome: Outcome::Ambiguous,
                ..Answered::refused()
            },
            Understanding::CannotAnswer { .. } | Understanding::Unknown => Answered::refused(),
        }
    }
}

/// Known kinds of question where they know, else the model; or the model alone. The assistant asks
/// in this order too, but as of the clock, so known kinds are asked here as of the measured time.
pub struct Whole {
    pub assistant: Assistant,
    /// Left out, the model gets every question.
    pub templates: Option<Templates>,
}

impl Answerer for Whole {
    async fn answer(&self, db: &Db, question: &str, now: UtcTime) -> Answered {
        if let Some(templates) = &self.templates
            && templates.know(question, now)
        {
            return templates.answer(db, question, now).await;
        }
        let asker = Asker {
            user_id: None,
            name: "evaluation".to_owned(),
            scope: Scope::All,
        };
        let request = AskRequest {
            question: question.to_owned(),
            tier: TierChoice::Model,
            ..AskRequest::default()
        };
        let events = Events::nobody();
        let asked = self
            .assistant
            .ask(&asker, request, &events, Cancel::default());
        match asked.await {
            Ok(answer) => Answered {
                outcome: answer.outcome,
                sql: answer.sql.map(|sql| as_of(&sql, now)),
                tier: answer.tier,
            },
            // Not answered in time, or not at all: nobody was told anything wrong.
            Err(error) => {
                tracing::warn!("{question:?} was not answered: {error}");
                Answered::refused()
            }
        }
    }
}

/// A model may leave the time to the engine's clock, which is not the time that is measured as of.
fn as_of(sql: &str, now: UtcTime) -> String {
    let quoted = format!("'{now}'");
    sql.replace("'now'", &quoted)
        .replace("CURRENT_TIMESTAMP", &quoted)
        .replace("current_timestamp", &quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_clock_is_set_to_the_measured_time() {
        let sql = as_of(
            "SELECT date('now', '-1 day')",
            crate::evaluation::estate::now(),
        );
        assert_eq!(sql, "SELECT date('2026-11-24T12:00:00Z', '-1 day')");
    }
}
