//! `stocktake eval`: how well questions in plain words are answered, measured on demo databases that
//! it makes for that and throws away. It needs no server and no data folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use assistant::evaluation::{
    HELD_OUT, Measured, Question, Rate, Report, Run, Score, Templates, Whole, estate, evaluate,
    parse,
};
use assistant::{Assistant, AssistantConfig};
use clap::{Args, ValueEnum};
use serde_json::Value;
use store::Db;

use super::model::ModelArgs;
use super::output;
use crate::config::AiConfig;

#[derive(Debug, Args)]
pub struct Eval {
    /// Questions with their SQL, one JSON object a line; the set that this program carries for
    /// measuring when left out.
    file: Option<PathBuf>,
    /// Who answers.
    #[arg(long, value_enum, default_value = "template")]
    tier: WhichTier,
    #[command(flatten)]
    model: ModelArgs,
    /// Where imported models are found by name; not needed for a GGUF file.
    #[arg(long, env = "STOCKTAKE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// An earlier run to compare with, as `--format json` printed it.
    #[arg(long, value_name = "RUN.json")]
    compare: Option<PathBuf>,
    /// Demo databases; an answer counts as right only if it is on all of them.
    #[arg(long, default_value_t = estate::DATABASES, value_parser = parse_count)]
    databases: usize,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WhichTier {
    /// Known kinds of question only.
    Template,
    /// The model only.
    Model,
    /// Known kinds of question first, then the model.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=50) => Ok(count),
        _ => Err("a number from 1 to 50".to_owned()),
    }
}

impl Eval {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let questions = self.questions()?;
        let earlier = self.compare.as_deref().map(earlier).transpose()?;
        let folder = tempfile::tempdir().context("no temporary folder could be made")?;
        let databases = estate::build(folder.path(), self.databases).await?;
        let run = self.measure(folder.path(), &databases, &questions).await?;
        for db in databases {
            db.close().await;
        }
        let report = Report::new(run, earlier.as_ref());
        match self.format {
            Format::Json => output::json(&report)?,
            Format::Table => print(&report)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn questions(&self) -> anyhow::Result<Vec<Question>> {
        let Some(file) = &self.file else {
            return Ok(parse(HELD_OUT)?);
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("{} could not be read", file.display()))?;
        parse(&text).with_context(|| format!("{} is not a set of questions", file.display()))
    }

    async fn measure(
        &self,
        folder: &Path,
        databases: &[Db],
        questions: &[Question],
    ) -> anyhow::Result<Run> {
        let now = estate::now();
        let first = databases.first().context("there is no database")?;
        let templates = Templates::of(first).await?;
        if self.tier == WhichTier::Template {
            return Ok(evaluate(&templates, databases, questions, now).await?);
        }
        let mut ai = AiConfig::default();
        self.model.apply(&mut ai);
        let models = self.data_dir.as_deref().filter(|dir| dir.is_dir());
        let model = crate::model::open(models.unwrap_or(folder), &ai, true)
            .context("there is no model; name one with --model")?;
        let whole = Whole {
            assistant: Assistant::new(AssistantConfig {
                db: first.clone(),
                model: Some(model),
                model_deadline: Duration::from_secs(ai.deadline_seconds),
            }),
            templates: (self.tier == WhichTier::All).then_some(templates),
        };
        Ok(evaluate(&whole, databases, questions, now).await?)
    }
}

fn earlier(file: &Path) -> anyhow::Result<Run> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} could not be read", file.display()))?;
    let report: Report = serde_json::from_str(&text)
        .with_context(|| format!("{} is not what eval --format json prints", file.display()))?;
    Ok(report.run)
}

fn print(report: &Report) -> anyhow::Result<()> {
    let summary = &report.summary;
    let all = &summary.all;
    let rates = [
        ("right, of the answerable", all.accuracy_relaxed),
        ("right with just these columns", all.accuracy_strict),
        ("answered, of the answerable", all.coverage),
        ("wrong, of the answered", all.wrong_answers),
        ("rightly refused, of the refused", all.refusal_precision),
        ("refused, of the unanswerable", all.refusal_recall),
        ("SQL that runs, of the answered", all.valid_sql),
    ];
    let rows: Vec<Vec<Value>> = rates
        .iter()
        .map(|(name, rate)| {
            let interval = format!("{:.1} to {:.1} %", rate.low * 100.0, rate.high * 100.0);
            vec![
                (*name).into(),
                percent(*rate).into(),
                count(*rate).into(),
                interval.into(),
            ]
        })
        .collect();
    output::rows(
        output::Format::Table,
        &["", "share", "count", "95 % interval"],
        &rows,
    )?;
    output::line(&format!(
        "\n{} questions on {} databases; half were answered within {:.1} ms, 95 % within {:.1} ms\n",
        all.questions, report.run.databases, all.p50_ms, all.p95_ms
    ))?;
    let groups = [&summary.by_split, &summary.by_typo, &summary.by_kind];
    let rows: Vec<Vec<Value>> = groups
        .iter()
        .flat_map(|group| group.iter().map(|(name, score)| group_row(name, score)))
        .collect();
    let columns = [
        "group",
        "questions",
        "right",
        "strictly",
        "answered",
        "wrong",
        "refused rightly",
    ];
    output::rows(output::Format::Table, &columns, &rows)?;
    print_wrong(&report.run)?;
    if let Some(comparison) = &report.comparison {
        output::line(&format!(
            "\ncompared on {} questions: {} gained, {} lost; by chance with probability {:.3}",
            comparison.questions,
            comparison.gained.len(),
            comparison.lost.len(),
            comparison.p_value
        ))?;
        output::line(&format!("gained: {}", comparison.gained.join(" ")))?;
        output::line(&format!("lost: {}", comparison.lost.join(" ")))?;
    }
    Ok(())
}

fn group_row(name: &str, score: &Score) -> Vec<Value> {
    vec![
        name.into(),
        score.questions.into(),
        percent(score.accuracy_relaxed).into(),
        percent(score.accuracy_strict).into(),
        percent(score.coverage).into(),
        count(score.wrong_answers).into(),
        count(score.refusal_recall).into(),
    ]
}

fn print_wrong(run: &Run) -> anyhow::Result<()> {
    let is_wrong = |question: &&Measured| question.answered() && !question.relaxed;
    for question in run.questions.iter().filter(is_wrong) {
        output::line(&format!("\nwrong: {} {}", question.id, question.question))?;
        output::line(&format!(
            "  answered  {}",
            question.sql.as_deref().unwrap_or("without SQL")
        ))?;
        let right = question.gold.as_deref();
        output::line(&format!(
            "  right     {}",
            right.unwrap_or("it cannot be answered")
        ))?;
        if let Some(error) = &question.error {
            output::line(&format!("  {error}"))?;
        }
    }
    Ok(())
}

fn percent(rate: Rate) -> String {
    rate.value
        .map_or_else(|| "–".to_owned(), |value| format!("{:.1} %", value * 100.0))
}

fn count(rate: Rate) -> String {
    format!("{} of {}", rate.part, rate.whole)
}
