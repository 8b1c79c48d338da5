//! Asking the model, trying its SQL at the guarded door, and mending it once with what the engine
//! said. After that it is refused, with what happened.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Scope;
use domain::question::AskEvent;
use domain::text_model::{
    Cancel, Generated, Message, Speaker, TextModel, TextModelError, TextRequest, TokenUsage,
};
use store::Db;
use store::query::{self, DEFAULT_DEADLINE, QueryError, QueryResult};

use super::prompt::{self, Ask};
use super::written::{self, Said};
use super::{grammar, instructions};
use crate::assistant::{AskError, Events};

/// Longer queries than this are going in circles.
const MOST_TOKENS: usize = 320;

/// When to ask again while the model is busy.
pub(super) const RETRY_BUSY: Duration = Duration::from_secs(5);

/// One question given to a model.
pub(crate) struct Task<'a> {
    pub model: &'a Arc<dyn TextModel>,
    pub db: &'a Db,
    pub scope: &'a Scope,
    pub limit: u32,
    pub deadline: Instant,
    pub events: &'a Events,
    pub cancel: &'a Cancel,
}

/// What came of it.
pub(crate) enum Written {
    Answered {
        sql: String,
        result: QueryResult,
        usage: TokenUsage,
        repaired: bool,
    },
    CannotAnswer {
        reason: String,
        /// What it tried last.
        sql: Option<String>,
        usage: TokenUsage,
    },
}

impl Task<'_> {
    pub async fn answer(&self, ask: &Ask<'_>) -> Result<Written, AskError> {
        let mut messages = vec![ask.message()];
        let mut usage = TokenUsage::default();
        let mut failed: Option<(String, String)> = None;
        loop {
            let generated = match self.generate(messages.clone()).await? {
                Ok(generated) => generated,
                Err(reason) => return Ok(cannot(reason, None, usage)),
            };
            add(&mut usage, &generated.usage);
            let sql = match written::read(&generated.text) {
                said if generated.cut_off => {
                    let reason = "The model's query did not come to an end. Ask for less at once.";
                    let so_far = match said {
                        Said::Sql(sql) => Some(sql),
                        Said::Cannot(_) | Said::Nothing => None,
                    };
                    return Ok(cannot(reason.to_owned(), so_far, usage));
                }
                Said::Sql(sql) => sql,
                Said::Cannot(reason) => {
                    let sql = failed.map(|(sql, _)| sql);
                    return Ok(cannot(by_model(&reason), sql, usage));
                }
                Said::Nothing => {
                    let reason = "The model wrote no query. Ask in other words.";
                    return Ok(cannot(reason.to_owned(), None, usage));
                }
            };
            let why = match self.run(&sql).await {
                Ok(result) => {
                    return Ok(Written::Answered {
                        sql,
                        result,
                        usage,
                        repaired: failed.is_some(),
                    });
                }
                Err(QueryError::Refused(why) | QueryError::Failed(why)) => why,
                Err(error) => return Err(error.into()),
            };
            if failed.is_some() {
                return Ok(cannot(not_mended(&why), Some(sql), usage));
            }
            messages.push(Message {
                speaker: Speaker::Assistant,
                text: sql.clone(),
            });
            messages.push(prompt::mend(&why));
            failed = Some((sql, why));
        }
    }

    async fn run(&self, sql: &str) -> Result<QueryResult, QueryError> {
        self.events.send(AskEvent::Sql {
            sql: sql.to_owned(),
        });
        query::run(self.db, self.scope, sql, self.limit, DEFAULT_DEADLINE).await
    }

    /// What the model writes; the inner error is a reason why it never will.
    async fn generate(
        &self,
        messages: Vec<Message>,
    ) -> Result<Result<Generated, String>, AskError> {
        let request = TextRequest {
            instructions: instructions().to_owned(),
            messages,
            grammar: Some(grammar().to_owned()),
            max_tokens: MOST_TOKENS,
            deadline: self.deadline,
            cancel: self.cancel.clone(),
        };
        let (model, sender) = (Arc::clone(self.model), self.events.sender());
        let cancel = self.cancel.clone();
        let work = tokio::task::spawn_blocking(move || {
            model.generate(&request, &mut |text| {
                if let Some(sender) = &sender {
                    let text = text.to_owned();
                    // Whoever listened may have gone; the switch below knows.
                    let _gone = sender.send(AskEvent::Token { text });
                }
                if cancel.is_cancelled() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })
        });
        let generated = match work.await {
            Ok(generated) => generated,
            Err(panic) => Err(TextModelError::Failed(panic.to_string())),
        };
        match generated {
            Ok(_) if self.cancel.is_cancelled() => Err(AskError::Cancelled),
            Ok(generated) => Ok(Ok(generated)),
            Err(error) => refused(error),
        }
    }
}

fn refused(error: TextModelError) -> Result<Result<Generated, String>, AskError> {
    match error {
        TextModelError::Loading => Err(AskError::Loading),
        TextModelError::Busy { retry_after, .. } => Err(AskError::Busy { retry_after }),
        TextModelError::Deadline => Err(AskError::ModelTimeout),
        TextModelError::Cancelled => Err(AskError::Cancelled),
        TextModelError::NotLoaded(why) => Ok(Err(super::not_loaded(&why))),
        TextModelError::TooLong { tokens, limit } => Ok(Err(format!(
            "The question and the description of the data have {tokens} tokens, and this model \
             reads {limit}. Choose a model that reads more."
        ))),
        TextModelError::Grammar(why) | TextModelError::Failed(why) => {
            tracing::error!("the model failed at a question: {why}");
            let said = "the model failed at this question; the server's log says why";
            Err(AskError::Model(said.to_owned()))
        }
    }
}

fn cannot(reason: String, sql: Option<String>, usage: TokenUsage) -> Written {
    Written::CannotAnswer { reason, sql, usage }
}

/// The model's words are its own, and marked as such.
fn by_model(reason: &str) -> String {
    format!("The model says that it cannot be answered from what is in stock: {reason}.")
}

fn not_mended(why: &str) -> String {
    let why = why.split(". ").next().unwrap_or(why).trim_end_matches('.');
    format!(
        "The model's query did not run, and mending it once did not help: {why}. Ask in other \
         words, or edit the query yourself."
    )
}

fn add(sum: &mut TokenUsage, more: &TokenUsage) {
    sum.prompt_tokens += more.prompt_tokens;
    sum.reused_tokens += more.reused_tokens;
    sum.sampled_tokens += more.sampled_tokens;
    sum.forced_tokens += more.forced_tokens;
    sum.queued_ms += more.queued_ms;
    sum.prefill_ms += more.prefill_ms;
    sum.decode_ms += more.decode_ms;
}
