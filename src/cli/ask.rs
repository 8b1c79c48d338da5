//! `stocktake ask`: a question in plain words, answered as the API does. The answer goes to standard
//! output; who is at work, the SQL and what to know about it to standard error.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use domain::listing::Page;
use domain::question::{
    Answer, AskEvent, AskRequest, AskedQuestion, Outcome, Reading, Tier, TierChoice,
};
use domain::text_model::TokenUsage;
use serde_json::json;

use super::client::{Client, Refused};
use super::output::{self, Format};
use super::sync::organization_id;
use super::{DataArgs, exit, with_client};

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 answered; 3 it cannot be answered, or means more than one \
                        thing; 1 it failed."
)]
pub struct Ask {
    #[command(flatten)]
    data: DataArgs,
    /// In plain words: "which desktops has nobody used for 60 days?"
    #[arg(required = true)]
    question: Vec<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Answer from this client organization's data alone.
    #[arg(long, value_name = "NAME")]
    org: Option<String>,
    /// Who may answer.
    #[arg(long, value_enum, default_value = "all")]
    tier: WhichTier,
    /// Change the question answered last: "only in eu-west-1", "by month".
    #[arg(long)]
    follow: bool,
    /// Of several things it may mean, take this one.
    #[arg(long, value_name = "NUMBER")]
    choose: Option<usize>,
    /// Show the SQL of known kinds of question too.
    #[arg(long)]
    sql: bool,
    /// The most rows to answer.
    #[arg(long, default_value_t = 1000)]
    limit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhichTier {
    /// Known kinds of question first, then the model.
    All,
    /// Known kinds of question only.
    Template,
    /// The model only.
    Model,
}

impl Ask {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let mut request = self.request(client).await?;
            let mut answer = self.ask(client, &request).await?;
            if answer.outcome == Outcome::Ambiguous
                && let Some(reading) = self.chosen(&answer.readings)?
            {
                request.reading = Some(reading.id.clone());
                answer = self.ask(client, &request).await?;
            }
            self.show(&answer)?;
            Ok(match answer.outcome {
                Outcome::Answered => ExitCode::SUCCESS,
                Outcome::Ambiguous | Outcome::CannotAnswer => ExitCode::from(exit::PARTIAL),
            })
        })
        .await
    }

    async fn request(&self, client: &Client) -> anyhow::Result<AskRequest> {
        let follows = if self.follow {
            let asked: Page<AskedQuestion> = client.get("/api/v1/ai/questions?limit=50").await?;
            let mut asked = asked.items.into_iter();
            let last = asked.find(|asked| asked.outcome == Outcome::Answered);
            let last = last.ok_or_else(|| {
                anyhow::anyhow!(
                    "no question was answered that could be changed; ask without --follow"
                )
            })?;
            Some(last.id)
        } else {
            None
        };
        let organization_id = organization_id(client, self.org.as_deref()).await?;
        Ok(AskRequest {
            question: self.question.join(" "),
            follows,
            reading: None,
            organization_id,
            tier: match self.tier {
                WhichTier::All => TierChoice::All,
                WhichTier::Template => TierChoice::Template,
                WhichTier::Model => TierChoice::Model,
            },
            limit: Some(self.limit),
        })
    }

    /// Asks, and shows a person how it goes.
    async fn ask(&self, client: &Client, request: &AskRequest) -> anyhow::Result<Answer> {
        let mut answer = None;
        let mut writing = false;
        let watched = self.format == Format::Table && output::on_terminal();
        client
            .events("/api/v1/ai/query", request, |name, data| {
                if name == "error" {
                    return Err(Refused(serde_json::from_str(data)?).into());
                }
                let event = json!({ "event": name, "data": serde_json::from_str::<serde_json::Value>(data)? });
                match serde_json::from_value(event)? {
                    AskEvent::Tier { tier: Tier::Model } if watched => {
                        output::aside("The model is working it out …");
                    }
                    AskEvent::Token { text } if watched => {
                        writing = true;
                        output::piece(&text);
                    }
                    AskEvent::Answer(found) => answer = Some(*found),
                    _ => {}
                }
                Ok(())
            })
            .await?;
        if writing {
            output::note("");
        }
        answer.ok_or_else(|| anyhow::anyhow!("the answer broke off; ask again"))
    }

    /// The reading to take: by `--choose`, or by asking a person who can answer.
    fn chosen<'a>(&self, readings: &'a [Reading]) -> anyhow::Result<Option<&'a Reading>> {
        let number = match self.choose {
            Some(number) => number,
            None if self.format == Format::Table && std::io::stdin().is_terminal() => {
                output::note("That may mean:");
                for (at, reading) in readings.iter().enumerate() {
                    output::note(&format!("  {}. {}", at + 1, reading.label));
                }
                eprint!("Which one? ");
                let mut line = String::new();
                std::io::stdin().lock().read_line(&mut line)?;
                match line.trim().parse() {
                    Ok(number) => number,
                    Err(_) => return Ok(None),
                }
            }
            None => return Ok(None),
        };
        let reading = number.checked_sub(1).and_then(|at| readings.get(at));
        let reading = reading
            .ok_or_else(|| anyhow::anyhow!("choose a number from 1 to {}", readings.len()))?;
        Ok(Some(reading))
    }

    fn show(&self, answer: &Answer) -> anyhow::Result<()> {
        if self.format == Format::Json {
            return output::json(answer);
        }
        if let Some(table) = &answer.table {
            let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
            let summary = answer.summary.as_deref().unwrap_or_default();
            if self.format == Format::Table {
                output::line(&format!("{summary}\n"))?;
            }
            if self.format == Format::Csv || !table.rows.is_empty() {
                output::rows(self.format, &columns, &table.rows)?;
            }
        }
        if let Some(reason) = &answer.reason {
            output::note(reason);
        }
        if answer.outcome == Outcome::Ambiguous {
            output::note("That may mean:");
            for (at, reading) in answer.readings.iter().enumerate() {
                output::note(&format!("  {}. {}", at + 1, reading.label));
            }
            output::note("Ask again with --choose NUMBER.");
        }
        self.remarks(answer);
        Ok(())
    }

    /// What to know about the answer.
    fn remarks(&self, answer: &Answer) {
        let mut lines: Vec<String> = Vec::new();
        if let Some(understood) = &answer.understood {
            lines.push(format!("Understood: {understood}"));
        }
        lines.extend(answer.notes.iter().cloned());
        if let Some(table) = answer.table.as_ref().filter(|table| table.truncated) {
            lines.push(format!(
                "Cut off after {} rows; raise --limit or ask for less.",
                table.rows.len()
            ));
        }
        if let Some(sql) = &answer.sql
            && (self.sql || answer.tier == Some(Tier::Model))
        {
            lines.push(sql.clone());
        }
        for scope in &answer.failing_scopes {
            lines.push(format!(
                "{} {} {} was not listed completely: {}",
                scope.account_name, scope.region, scope.resource_type, scope.error
            ));
        }
        lines.push(origin(answer));
        if self.format == Format::Table {
            output::aside(&lines.join("\n"));
        }
    }
}

/// Who answered, how old the data is, how long it took.
fn origin(answer: &Answer) -> String {
    let who = match answer.tier {
        Some(Tier::Verified) => "a verified question",
        Some(Tier::Template) => "a known kind of question",
        Some(Tier::Model) => "the language model",
        None => "nobody",
    };
    let mut parts = vec![format!("Answered by {who}")];
    if answer.outcome != Outcome::Answered {
        parts = vec![format!("Looked at by {who}")];
    }
    if let Some(as_of) = answer.as_of {
        parts.push(format!("data of {as_of}"));
    }
    parts.push(format!("{} ms", answer.duration_ms));
    parts.extend(answer.usage.as_ref().map(tokens));
    parts.join(" · ")
}

fn tokens(usage: &TokenUsage) -> String {
    format!(
        "{} prompt tokens, {} of them kept from before, {} chosen, {} without a choice",
        usage.prompt_tokens, usage.reused_tokens, usage.sampled_tokens, usage.forced_tokens
    )
}
