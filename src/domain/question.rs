//! Questions in plain words and what is answered, as the API, the pages and the command line
//! exchange them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text_model::TokenUsage;
use crate::{OrganizationId, UtcTime};

/// Enums whose texts are also what is stored.
macro_rules! texts {
    ($name:ident { $($variant:ident = $text:literal),+ }) => {
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            #[must_use]
            pub fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text)
            }
        }
    };
}

texts!(Tier { Verified = "verified", Template = "template", Model = "model" });
texts!(Outcome { Answered = "answered", Ambiguous = "ambiguous", CannotAnswer = "cannot_answer" });
texts!(Feedback { Right = "right", Wrong = "wrong" });

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    /// In plain words, up to 1,000 characters.
    #[serde(alias = "query")]
    pub question: String,
    /// The question this one follows up on: "only in eu-west-1", "by month".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    /// A reading that an earlier answer offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// Answer from this organization's data alone; from all that the caller may see unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Which tiers may answer.
    #[serde(default)]
    pub tier: TierChoice,
    /// Rows at most; 1,000 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierChoice {
    /// Known kinds of question first, then the model.
    #[default]
    All,
    /// Known kinds of question only.
    Template,
    /// The model only.
    Model,
}

/// Who worked out the SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A pair of question and SQL that a person verified.
    Verified,
    /// A known kind of question.
    Template,
    /// The language model.
    Model,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Answered,
    /// It means more than one thing; `readings` has them.
    Ambiguous,
    /// It cannot be answered from what is in stock; `reason` says why.
    CannotAnswer,
}

/// What a question was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// For follow-ups, feedback and saving.
    pub id: String,
    pub question: String,
    pub outcome: Outcome,
    /// Why it was not answered, and what to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it may mean, when that is not clear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// Who answered; absent when nobody could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// How the question was understood, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub understood: Option<String>,
    /// What of the question the answer leaves out, and other things to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<AnswerTable>,
    /// One sentence, made of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartHint>,
    /// The age of the data: the oldest of the newest complete listings.
    pub as_of: Option<UtcTime>,
    /// Scopes whose newest listing failed, so that their rows may be older than the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing_scopes: Vec<FailingScope>,
    /// The model's tokens, when it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<TokenUsage>,
    pub duration_ms: u64,
    pub asked_at: UtcTime,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnswerTable {
    pub columns: Vec<String>,
    /// One array per row, in the order of `columns`.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// There was more than the limit allows.
    pub truncated: bool,
}

/// One thing an ambiguous question may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// Sent back as `reading` with the same question.
    pub id: String,
    /// In words.
    pub label: String,
}

/// What kind of picture fits the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChartHint {
    pub kind: ChartKind,
    /// The column along the axis.
    pub x: String,
    /// The column that is drawn.
    pub y: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// One number.
    Figure,
    Bar,
    Line,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailingScope {
    pub account_id: String,
    pub account_name: String,
    pub region: String,
    pub resource_type: String,
    pub error: String,
    /// When it was last listed completely.
    pub last_complete_at: Option<UtcTime>,
}

/// What the event stream of a question sends, in this order; the last is `answer` or `error`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum AskEvent {
    /// Sent first: the question's id, for cancelling it.
    Started {
        id: String,
    },
    /// Who is at work now.
    Tier {
        tier: Tier,
    },
    /// The next piece of what the model writes.
    Token {
        text: String,
    },
    /// The SQL that is about to run.
    Sql {
        sql: String,
    },
    Answer(Box<Answer>),
}

/// A question that shows what can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExampleQuestion {
    /// What it is about, in a word or two.
    pub topic: String,
    pub question: String,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AskedQuestion {
    pub id: String,
    pub question: String,
    /// The question it followed up on.
    pub follows: Option<String>,
    pub asked_at: UtcTime,
    pub asked_by: String,
    pub outcome: Outcome,
    /// Why it was not answered.
    pub reason: Option<String>,
    pub tier: Option<Tier>,
    /// How it was understood, in words.
    pub understood: Option<String>,
    /// Absent when the asker may no longer see every organization that the answer was made of; so
    /// is `summary`.
    pub sql: Option<String>,
    pub summary: Option<String>,
    pub rows: Option<u64>,
    pub duration_ms: u64,
    /// What the asker thought of it.
    pub feedback: Option<Feedback>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    Right,
    Wrong,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedback {
    pub feedback: Feedback,
}

/// A pair that a person verified: this question is answered by this SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifiedQuery {
    pub id: String,
    /// Whose it is; absent for everyone's.
    pub organization_id: Option<OrganizationId>,
    pub organization_name: Option<String>,
    pub question: String,
    pub sql: String,
    pub created_by: String,
    pub created_at: UtcTime,
    /// Why it no longer runs, since the views changed.
    pub broken: Option<String>,
    pub last_checked_at: UtcTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVerifiedQuery {
    pub question: String,
    pub sql: String,
    /// Left out, it is everyone's, which takes a global admin.
    #[serde(default)]
    pub organization_id: Option<OrganizationId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_the_api() {
        for tier in Tier::ALL {
            assert_eq!(serde_json::json!(tier), tier.as_str());
            assert_eq!(Tier::from_text(tier.as_str()), Some(*tier));
        }
        for outcome in Outcome::ALL {
            assert_eq!(serde_json::json!(outcome), outcome.as_str());
        }
        for feedback in Feedback::ALL {
            assert_eq!(serde_json::json!(feedback), feedback.as_str());
        }
    }
}
