//! The way of a question: a verified pair, else a known kind, else the model, else "cannot answer".
//! Each step either answers or passes on in the open; none guesses for the next.

use std::time::Instant;

use domain::question::{
    Answer, AskEvent, AskRequest, AskedQuestion, Outcome, Reading, Tier, TierChoice,
};
use domain::text_model::{Cancel, TokenUsage};
use domain::{QuestionId, Scope, UtcTime};
use serde_json::Value;
use store::query::{self, DEFAULT_DEADLINE, MAX_ROWS, QueryError, QueryResult};
use store::question::NewQuestion;

use crate::answer;
use crate::assistant::{AskError, Asker, Assistant, Events};
use crate::model_tier::{self, Written};
use crate::semantic::{Query, Understanding, Values};
use crate::verified::{self, Match};

/// The longest question.
pub(crate) const MOST_CHARACTERS: usize = 1_000;

/// Rows of an answer, unless told otherwise.
const DEFAULT_ROWS: u32 = 1_000;

/// The reading that leaves verified pairs aside.
const ANEW: &str = "anew";

/// One question on its way.
struct Asking<'a> {
    assistant: &'a Assistant,
    /// Whoever asks, and what the answer may be about.
    asker: &'a Asker,
    /// What they may see besides: an earlier question may have been about more.
    sees: &'a Scope,
    events: &'a Events,
    cancel: &'a Cancel,
    id: String,
    started: Instant,
    asked_at: UtcTime,
    question: String,
    reading: Option<String>,
    limit: u32,
}

/// What an earlier question of the asker's left for following up on it.
struct Previous {
    id: String,
    question: String,
    sql: String,
    query: Option<Query>,
}

/// What a question came to, before it is dressed as an answer.
#[derive(Default)]
struct Outcomes {
    reason: Option<String>,
    readings: Vec<Reading>,
    tier: Option<Tier>,
    understood: Option<String>,
    notes: Vec<String>,
    sql: Option<String>,
    result: Option<QueryResult>,
    usage: Option<TokenUsage>,
    meaning: Option<Value>,
}

impl Outcomes {
    fn cannot(reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::default()
        }
    }

    fn ambiguous(readings: Vec<Reading>) -> Self {
        Self {
            readings,
            ..Self::default()
        }
    }

    fn outcome(&self) -> Outcome {
        match (&self.result, self.readings.as_slice()) {
            (Some(_), _) => Outcome::Answered,
            (None, [_, ..]) => Outcome::Ambiguous,
            (None, []) => Outcome::CannotAnswer,
        }
    }
}

impl Assistant {
    /// Answers a question, telling `events` on the way. Dropping the future cancels it.
    pub async fn ask(
        &self,
        asker: &Asker,
        request: AskRequest,
        events: &Events,
        cancel: Cancel,
    ) -> Result<Answer, AskError> {
        let id = QuestionId::new().to_string();
        let _place = self.running().enter(&id, asker.user_id.as_ref(), &cancel);
        let narrowed = match &request.organization_id {
            Some(organization) => asker.scope.narrowed_to(organization),
            None => asker.scope.clone(),
        };
        let asking = Asking {
            assistant: self,
            asker: &Asker {
                scope: narrowed,
                ..asker.clone()
            },
            sees: &asker.scope,
            events,
            cancel: &cancel,
            id,
            started: Instant::now(),
            asked_at: UtcTime::now(),
            question: checked(&request)?,
            limit: limit(&request)?,
            reading: request.reading.clone(),
        };
        let answered = asking.answer(&request).await;
        match &answered {
            Ok(answer) => self.counters().answered(answer),
            Err(AskError::Invalid { .. }) => {}
            Err(error) => {
                tracing::info!(question = asking.id, "a question was not answered: {error}");
                self.counters().failed();
            }
        }
        answered
    }
}

fn checked(request: &AskRequest) -> Result<String, AskError> {
    let question = request.question.trim();
    let characters = question.chars().count();
    if question.is_empty() {
        return Err(AskError::invalid("question", "it may not be empty"));
    }
    if characters > MOST_CHARACTERS {
        let why = format!("it has {characters} characters and may have {MOST_CHARACTERS}");
        return Err(AskError::invalid("question", why));
    }
    Ok(question.to_owned())
}

fn limit(request: &AskRequest) -> Result<u32, AskError> {
    let limit = request.limit.unwrap_or(DEFAULT_ROWS);
    if (1..=MAX_ROWS).contains(&limit) {
        return Ok(limit);
    }
    let why = format!("it goes from 1 to {MAX_ROWS}");
    Err(AskError::invalid("limit", why))
}

impl Asking<'_> {
    async fn answer(&self, request: &AskRequest) -> Result<Answer, AskError> {
        let previous = match &request.follows {
            Some(id) => Some(self.previous(id).await?),
            None => None,
        };
        let outcomes = self.work_out(request.tier, previous.as_ref()).await?;
        if self.cancel.is_cancelled() {
            return Err(AskError::Cancelled);
        }
        self.finish(outcomes, previous).await
    }

    async fn previous(&self, id: &str) -> Result<Previous, AskError> {
        let (db, user) = (self.assistant.db(), self.asker.user_id.as_ref());
        let found = store::question::find(db, user, self.sees, id).await?;
        let Some(asked) = found else {
            let why = format!("there is no question {id} of yours; ask without it");
            return Err(AskError::invalid("follows", why));
        };
        let Some(sql) = asked.sql else {
            let why = "that question has no answer that could be changed; ask in full";
            return Err(AskError::invalid("follows", why));
        };
        let meaning = store::question::find_meaning(db, user, id).await?;
        Ok(Previous {
            // What an older build understood may not be readable any more; its SQL still is.
            query: meaning.and_then(|json| serde_json::from_value(json).ok()),
            id: asked.id,
            question: asked.question,
            sql,
        })
    }

    async fn work_out(
        &self,
        tier: TierChoice,
        previous: Option<&Previous>,
    ) -> Result<Outcomes, AskError> {
        if tier != TierChoice::Model {
            if previous.is_none()
                && let Some(outcomes) = self.verified().await?
            {
                return Ok(outcomes);
            }
            if let Some(outcomes) = self.known_kind(previous).await? {
                return Ok(outcomes);
            }
        }
        if tier == TierChoice::Template {
            return Ok(Outcomes::cannot(model_tier::UNKNOWN_KIND));
        }
        self.model(previous).await
    }

    /// The answer of a pair that a person verified, if one is exactly this question.
    async fn verified(&self) -> Result<Option<Outcomes>, AskError> {
        if self.reading.as_deref() == Some(ANEW) {
            return Ok(None);
        }
        self.assistant.recheck().await?;
        let reading = self.reading.as_deref();
        match verified::find(self.assistant.db(), self.asker, &self.question, reading).await? {
            Match::None => Ok(None),
            Match::One(pair) => {
                let scope = verified::scope_of(&pair, &self.asker.scope);
                self.begin(Tier::Verified);
                let result = self.run(&scope, &pair.sql).await?;
                Ok(Some(Outcomes {
                    tier: Some(Tier::Verified),
                    understood: Some(verified::described(&pair)),
                    sql: Some(pair.sql),
                    result: Some(result),
                    ..Outcomes::default()
                }))
            }
            Match::OfOrganizations(pairs) => {
                let anew = Reading {
                    id: ANEW.to_owned(),
                    label: "worked out anew, for everything you may see".to_owned(),
                };
                let mut readings: Vec<Reading> = pairs.iter().map(verified::reading).collect();
                readings.push(anew);
                self.events.send(AskEvent::Started {
                    id: self.id.clone(),
                });
                Ok(Some(Outcomes::ambiguous(readings)))
            }
        }
    }

    /// The answer to a known kind of question.
    async fn known_kind(&self, previous: Option<&Previous>) -> Result<Option<Outcomes>, AskError> {
        let scope = &self.asker.scope;
        let (names, of_now) = self.assistant.names_at_hand(scope).await?;
        let before = previous.and_then(|previous| previous.query.as_ref());
        let semantics = self.assistant.semantics().await?;
        let understand =
            |names: &Values| semantics.understand(&self.question, names, before, self.asked_at);
        let mut understood = understand(&names);
        // It may be about a name that has just come, or that is another's now.
        if !of_now && !of_no_name(&understood) {
            understood = understand(&*self.assistant.names(scope).await?);
        }
        let chosen = |queries: Vec<Query>| {
            let reading = self.reading.as_deref()?;
            queries.into_iter().find(|query| query.id() == reading)
        };
        match understood {
            Understanding::Unknown => Ok(None),
            Understanding::CannotAnswer { reason } => Ok(Some(Outcomes {
                tier: Some(Tier::Template),
                ..Outcomes::cannot(reason)
            })),
            Understanding::Query(query) => self.run_query(*query).await.map(Some),
            Understanding::Ambiguous(queries) => match chosen(queries.clone()) {
                Some(query) => self.run_query(query).await.map(Some),
                None => Ok(Some(Outcomes {
                    tier: Some(Tier::Template),
                    ..Outcomes::ambiguous(queries.iter().map(reading).collect())
                })),
            },
        }
    }

    async fn run_query(&self, query: Query) -> Result<Outcomes, AskError> {
        let sql = query.sql();
        self.begin(Tier::Template);
        let result = self.run(&self.asker.scope, &sql).await?;
        Ok(Outcomes {
            tier: Some(Tier::Template),
            understood: Some(query.label()),
            notes: query.notes(),
            meaning: serde_json::to_value(&query).ok(),
            sql: Some(sql),
            result: Some(result),
            ..Outcomes::default()
        })
    }

    /// What the model makes of it.
    async fn model(&self, previous: Option<&Previous>) -> Result<Outcomes, AskError> {
        let Some(model) = self.assistant.text_model() else {
            return Ok(Outcomes::cannot(model_tier::NO_MODEL));
        };
        if let Some(reason) = model_tier::ready(&model.status())? {
            return Ok(Outcomes::cannot(reason));
        }
        self.begin(Tier::Model);
        let db = self.assistant.db();
        let names = self.assistant.names(&self.asker.scope).await?;
        let task = model_tier::Task {
            model,
            db,
            scope: &self.asker.scope,
            limit: self.limit,
            deadline: self.started + self.assistant.model_deadline(),
            events: self.events,
            cancel: self.cancel,
        };
        let ask = model_tier::Ask {
            question: &self.question,
            names: model_tier::names(&names, &self.question),
            pairs: verified::nearest(db, self.asker, &self.question).await?,
            previous: previous.map(|previous| (previous.question.clone(), previous.sql.clone())),
            today: self.asked_at,
        };
        let written = task.answer(&ask).await?;
        Ok(match written {
            Written::Answered {
                sql,
                result,
                usage,
                repaired,
            } => Outcomes {
                tier: Some(Tier::Model),
                notes: model_tier::notes(repaired),
                sql: Some(sql),
                result: Some(result),
                usage: Some(usage),
                ..Outcomes::default()
            },
            Written::CannotAnswer { reason, sql, usage } => Outcomes {
                tier: Some(Tier::Model),
                sql,
                usage: Some(usage),
                ..Outcomes::cannot(reason)
            },
        })
    }

    /// Says that work begins, and whose.
    fn begin(&self, tier: Tier) {
        self.events.send(AskEvent::Started {
            id: self.id.clone(),
        });
        self.events.send(AskEvent::Tier { tier });
    }

    async fn run(&self, scope: &Scope, sql: &str) -> Result<QueryResult, QueryError> {
        self.events.send(AskEvent::Sql {
            sql: sql.to_owned(),
        });
        query::run(
            self.assistant.db(),
            scope,
            sql,
            self.limit,
            DEFAULT_DEADLINE,
        )
        .await
    }

    /// Dresses the answer and keeps the question.
    async fn finish(
        &self,
        outcomes: Outcomes,
        previous: Option<Previous>,
    ) -> Result<Answer, AskError> {
        let outcome = outcomes.outcome();
        let failing_scopes = match outcome {
            Outcome::Answered => self.assistant.failing_scopes(&self.asker.scope).await?,
            _ => Vec::new(),
        };
        let result = outcomes.result.as_ref();
        let mut answer = Answer {
            id: self.id.clone(),
            question: self.question.clone(),
            outcome,
            reason: outcomes.reason,
            readings: outcomes.readings,
            tier: outcomes.tier,
            understood: outcomes.understood,
            notes: outcomes.notes,
            sql: outcomes.sql,
            summary: result.map(answer::summary),
            chart: result.and_then(answer::chart),
            as_of: result.and_then(|result| result.as_of),
            table: None,
            failing_scopes,
            usage: outcomes.usage,
            duration_ms: millis(self.started),
            asked_at: self.asked_at,
        };
        let rows = result.map(|result| result.rows.len() as u64);
        self.keep(&answer, rows, outcomes.meaning, previous).await;
        answer.table = outcomes.result.map(answer::table);
        answer.duration_ms = millis(self.started);
        Ok(answer)
    }

    /// A history that cannot be written keeps nobody from their answer.
    async fn keep(
        &self,
        answer: &Answer,
        rows: Option<u64>,
        meaning: Option<Value>,
        previous: Option<Previous>,
    ) {
        let asked = AskedQuestion {
            id: answer.id.clone(),
            question: answer.question.clone(),
            follows: previous.map(|previous| previous.id),
            asked_at: answer.asked_at,
            asked_by: self.asker.name.clone(),
            outcome: answer.outcome,
            reason: answer.reason.clone(),
            tier: answer.tier,
            understood: answer.understood.clone(),
            sql: answer.sql.clone(),
            summary: answer.summary.clone(),
            rows,
            duration_ms: answer.duration_ms,
            feedback: None,
        };
        let new = NewQuestion {
            asked,
            user_id: self.asker.user_id.clone(),
            meaning,
            scope: self.asker.scope.clone(),
        };
        if let Err(error) = store::question::create(self.assistant.db(), new).await {
            tracing::warn!(%error, "a question was not kept: {error}");
        }
    }
}

/// Whether a question was understood without any name of the data, and without a word set right to one.
fn of_no_name(understood: &Understanding) -> bool {
    matches!(understood, Understanding::Query(query) if query.notes().is_empty() && !query.says_a_name())
}

fn reading(query: &Query) -> Reading {
    Reading {
        id: query.id(),
        label: query.label(),
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
