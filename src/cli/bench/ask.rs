//! Questions in plain words, asked of a server over HTTP as people ask them: known kinds of question, a model's
//! answers when one is named, and what a question that a model works on does to everybody else.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::Figure;
use super::load::{Connection, Timings, run};
use super::server::Server;

/// How often each known kind of question is asked.
const ROUNDS: usize = 5;

/// People who click beside a question, once each [`PAUSE`], and how often.
const CLIENTS: usize = 10;
const PAUSE: Duration = Duration::from_millis(200);
const CLICKS: usize = 60;

/// Questions that no known kind understands, so that the model has to work.
const FOR_THE_MODEL: [&str; 3] = [
    "Which desktops should the people of the Finance department look at before the audit?",
    "What stands out among the desktops in eu-west-1 that are always on?",
    "Give me an overview of volume sizes by compute type, only where encryption is missing.",
];

pub async fn measure(data_dir: &Path, model: Option<&Path>) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let server = Server::start(data_dir, &model_of(model)).await?;
    let examples = server.examples().await?;
    let mut connection = Connection::open(server.address).await?;
    let mut first = None;
    let mut each = Vec::new();
    for _ in 0..ROUNDS {
        for question in &examples {
            let start = Instant::now();
            let answer = server.ask(&mut connection, question, "template").await?;
            let took = start.elapsed().as_secs_f64() * 1000.0;
            anyhow::ensure!(
                answer["outcome"] == "answered",
                "the example {question:?} was not answered"
            );
            if first.is_none() {
                first = Some(took);
            } else {
                each.push(took);
            }
        }
    }
    each.sort_by(f64::total_cmp);
    let timings = Timings { each, seconds: 0.0 };
    figures.push(Figure::new(
        "question to rows, known kinds, median",
        timings.percentile(0.5),
        "ms",
        "10 or less",
    ));
    figures.push(Figure::new(
        "question to rows, known kinds, p95",
        timings.percentile(0.95),
        "ms",
        "",
    ));
    figures.push(Figure::new(
        "question to rows, the first of a process",
        first.unwrap_or(f64::NAN),
        "ms",
        "",
    ));
    if model.is_none() {
        return Ok(figures);
    }
    server.process.stop().await?;

    // The instructions are read with the first question and kept; the start that counts finds them.
    let (server, _) = Server::start_ready(data_dir, model).await?;
    let mut connection = Connection::open(server.address).await?;
    server
        .ask(&mut connection, FOR_THE_MODEL[0], "model")
        .await?;
    kept(data_dir).await?;
    server.process.stop().await?;
    let (server, ready) = Server::start_ready(data_dir, model).await?;
    figures.push(Figure::new(
        "start to a model that is ready, instructions kept from before",
        ready * 1000.0,
        "ms",
        "under 300",
    ));
    let mut answers = Vec::new();
    let mut connection = Connection::open(server.address).await?;
    for question in FOR_THE_MODEL {
        let answer = server.ask(&mut connection, question, "model").await?;
        anyhow::ensure!(
            answer["usage"].is_object(),
            "the model was not asked: {}",
            answer["reason"]
        );
        answers.push(answer);
    }
    figures.extend(of_the_model(&answers));
    let idle = server.clicks().await?;
    let busy = server.clicks_beside_questions().await?;
    figures.push(Figure::new(
        "desktop list, 10 people, idle, p99",
        idle.percentile(0.99),
        "ms",
        "",
    ));
    figures.push(Figure::new(
        "desktop list, 10 people, while the model answers, p99",
        busy.percentile(0.99),
        "ms",
        "twice idle or less",
    ));
    Ok(figures)
}

/// Waits until the instructions are on disk, which they are some time after the first answer.
async fn kept(data_dir: &Path) -> anyhow::Result<()> {
    let folder = data_dir.join("prompts");
    let start = Instant::now();
    loop {
        let there = std::fs::read_dir(&folder).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.path().extension().is_some_and(|kind| kind == "kv"))
        });
        if there {
            return Ok(());
        }
        anyhow::ensure!(
            start.elapsed() < Duration::from_secs(60),
            "the model's instructions were not kept within a minute"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Means over the answers of a model.
fn of_the_model(answers: &[Value]) -> Vec<Figure> {
    let mean = |pointer: &str| {
        let found: Vec<f64> = answers
            .iter()
            .filter_map(|answer| answer.pointer(pointer)?.as_f64())
            .collect();
        found.iter().sum::<f64>() / found.len() as f64
    };
    let rows = [
        ("prompt tokens", "/usage/prompt_tokens", "tokens"),
        ("of them kept from before", "/usage/reused_tokens", "tokens"),
        ("reading the rest", "/usage/prefill_ms", "ms"),
        ("chosen by the model", "/usage/sampled_tokens", "tokens"),
        ("without a choice", "/usage/forced_tokens", "tokens"),
        ("writing", "/usage/decode_ms", "ms"),
        ("question to answer", "/duration_ms", "ms"),
    ];
    rows.into_iter()
        .map(|(name, pointer, unit)| {
            let name = format!("a model's answer, mean of {}: {name}", answers.len());
            Figure::new(name, mean(pointer), unit, "")
        })
        .collect()
}

/// The variables that choose a model, or none.
fn model_of(model: Option<&Path>) -> [(&'static str, String); 1] {
    match model {
        Some(model) => [("STOCKTAKE_AI_MODEL", model.display().to_string())],
        None => [("STOCKTAKE_AI_ENABLED", "false".to_owned())],
    }
}

impl Server {
    /// Started with its model loaded, and the seconds from start to there.
    async fn start_ready(data_dir: &Path, model: Option<&Path>) -> anyhow::Result<(Self, f64)> {
        let start = Instant::now();
        let server = Self::start(data_dir, &model_of(model)).await?;
        let mut connection = Connection::open(server.address).await?;
        loop {
            let status = server.get(&mut connection, "/api/v1/ai/model").await?;
            match status["state"].as_str() {
                Some("ready") => return Ok((server, start.elapsed().as_secs_f64())),
                Some("loading") => {}
                _ => anyhow::bail!("the model cannot be used: {status}"),
            }
            anyhow::ensure!(
                start.elapsed() < Duration::from_secs(300),
                "the model was not ready within five minutes"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn get(&self, connection: &mut Connection, path: &str) -> anyhow::Result<Value> {
        let answer = connection.get(path, &self.headers).await?;
        anyhow::ensure!(answer.status == 200, "{path} answered {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }

    async fn examples(&self) -> anyhow::Result<Vec<String>> {
        let mut connection = Connection::open(self.address).await?;
        let examples = self.get(&mut connection, "/api/v1/ai/examples").await?;
        let questions = examples.as_array().context("no list of examples")?;
        Ok(questions
            .iter()
            .filter_map(|example| Some(example["question"].as_str()?.to_owned()))
            .collect())
    }

    async fn ask(
        &self,
        connection: &mut Connection,
        question: &str,
        tier: &str,
    ) -> anyhow::Result<Value> {
        let body = json!({ "question": question, "tier": tier, "limit": 50 }).to_string();
        let answer = connection
            .post("/api/v1/ai/query", &self.headers, &body)
            .await?;
        anyhow::ensure!(
            answer.status == 200,
            "the question {question:?} was answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        Ok(serde_json::from_slice(&answer.body)?)
    }

    async fn clicks(&self) -> anyhow::Result<Timings> {
        let pages = [
            "limit=50",
            "state=STOPPED&limit=50",
            "sort=user_name&limit=50",
        ]
        .map(|query| self.desktops(query));
        run(self.address, CLIENTS, &pages, CLICKS, PAUSE).await
    }

    /// Clicks while the model is asked one question after the other.
    async fn clicks_beside_questions(&self) -> anyhow::Result<Timings> {
        let done = Cell::new(false);
        let clicks = async {
            let timings = self.clicks().await;
            done.set(true);
            timings
        };
        let questions = async {
            let mut connection = Connection::open(self.address).await?;
            for question in FOR_THE_MODEL.iter().cycle() {
                if done.get() {
                    break;
                }
                self.ask(&mut connection, question, "model").await?;
            }
            anyhow::Ok(())
        };
        let (timings, asked) = tokio::join!(clicks, questions);
        asked?;
        timings
    }
}
