//! How the process is doing: for people, for load balancers and for Prometheus.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use domain::job::JobState;
use domain::listing::PageRequest;
use domain::question::{Outcome, Tier};
use domain::text_model::{ModelState, ModelStatus};
use domain::{ErrorCode, Scope, UtcTime};
use store::StoreError;

use crate::error::{ApiError, ApiResult};
use crate::metrics::Exposition;
use crate::state::{App, Component, HealthTree, Status};

/// The component tree
#[utoipa::path(tag = "health", responses((status = 200, body = HealthTree), (status = 503, body = HealthTree)), security(()))]
#[get("/health")]
pub async fn read_health(app: Data<App>) -> ApiResult<HttpResponse> {
    let tree = match app.kept_health.get() {
        Some(tree) => tree,
        None => {
            let tree = collect(&app).await?;
            app.kept_health.put(tree.clone());
            tree
        }
    };
    // Degraded still serves; only a failed part makes the whole unhealthy.
    Ok(match tree.status {
        Status::Ok | Status::Degraded => HttpResponse::Ok().json(tree),
        Status::Failed => HttpResponse::ServiceUnavailable().json(tree),
    })
}

/// The process answers
#[utoipa::path(tag = "health", responses((status = 200, body = String)), security(()))]
#[get("/health/live")]
pub async fn read_live() -> &'static str {
    "live\n"
}

/// The process can do its work
#[utoipa::path(tag = "health", responses((status = 200, body = String)), security(()))]
#[get("/health/ready")]
pub async fn read_ready(app: Data<App>) -> ApiResult<&'static str> {
    if app.stop.is_cancelled() {
        return Err(ApiError::new(
            ErrorCode::Unavailable,
            "the server is stopping",
        ));
    }
    // A full disk leaves reading in order, so it does not count against readiness.
    let readable = match app.kept_ready.get() {
        Some(readable) => readable,
        None => {
            let asked = app.auth.needs_setup().await;
            if let Err(error) = &asked {
                tracing::warn!("not ready: {error}");
            }
            app.kept_ready.put(asked.is_ok());
            asked.is_ok()
        }
    };
    if !readable {
        let why = "the database cannot be read";
        return Err(ApiError::new(ErrorCode::Unavailable, why));
    }
    Ok("ready\n")
}

async fn collect(app: &App) -> ApiResult<HealthTree> {
    let mut parts = vec![
        ("database", database(app)),
        ("cache", cache(app)),
        ("last_sync", last_sync(app).await?),
        ("model", model(app.assistant.model())),
    ];
    parts.extend(app.health.components());
    let status = parts
        .iter()
        .map(|(_, part)| part.status)
        .max()
        .unwrap_or(Status::Ok);
    Ok(HealthTree {
        status,
        version: app.version.to_owned(),
        demo: app.demo,
        components: parts.into_iter().collect(),
    })
}

fn database(app: &App) -> Component {
    let health = app.db.health();
    let part = match (health.writable, health.reason) {
        (true, _) => Component::ok(),
        (false, reason) => Component::degraded(format!(
            "read-only: {}",
            reason.unwrap_or_else(|| "it is not known why".to_owned())
        )),
    };
    part.with("size_bytes", health.size_bytes)
        .with("wal_bytes", health.wal_bytes)
        .with("queued_writes", health.queue)
}

fn cache(app: &App) -> Component {
    Component::ok()
        .with("answers", app.answers.entries())
        .with("answer_bytes", app.answers.bytes())
        .with("sessions", app.auth.sessions_in_memory())
}

/// The rest of the product runs without a model, so one that failed is not a failure of the whole.
fn model(status: Option<ModelStatus>) -> Component {
    let Some(model) = status else {
        return Component {
            detail: Some("none is loaded; known kinds of question are answered".to_owned()),
            ..Component::ok()
        };
    };
    let part = match model.state {
        ModelState::Ready => Component::ok(),
        ModelState::Loading => Component::degraded("it is loading"),
        ModelState::Failed => Component::degraded(
            model
                .error
                .unwrap_or_else(|| "it could not be loaded".to_owned()),
        ),
    };
    part.with("name", model.name)
        .with("kernel", model.kernel)
        .with("threads", model.threads)
        .with("requests", model.requests)
        .with("queued", model.queued)
        .with("decode_tokens_per_second", model.decode_tokens_per_second)
        .with("prefix_hit_rate", model.prefix_hit_rate)
        .with("resident_bytes", model.resident_bytes)
}

async fn last_sync(app: &App) -> Result<Component, StoreError> {
    let newest = PageRequest {
        limit: 1,
        ..PageRequest::default()
    };
    let page = store::sync::history(&app.db, &Scope::All, &newest).await?;
    Ok(match page.items.first() {
        None => Component::ok().with("status", "never"),
        Some(run) => {
            let at = run.completed_at.or(run.started_at);
            Component::ok()
                .with("status", run.status.as_str())
                .with("at", at.map(|time| time.to_string()))
                .with("scopes_failed", run.scopes_failed)
        }
    })
}

/// Prometheus metrics
#[utoipa::path(
    tag = "health",
    responses((status = 200, body = String, content_type = "text/plain")),
    security(())
)]
#[get("/metrics")]
pub async fn read_metrics(app: Data<App>) -> ApiResult<HttpResponse> {
    let gauges = match app.kept_gauges.get() {
        Some(text) => text,
        None => {
            let text = gauges(&app).await?;
            app.kept_gauges.put(text.clone());
            text
        }
    };
    let mut requests = Exposition::default();
    app.metrics.write(&mut requests);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(requests.finish() + &gauges))
}

async fn gauges(app: &App) -> Result<String, StoreError> {
    let mut out = Exposition::default();
    let database = app.db.health();
    out.gauge(
        "stocktake_database_bytes",
        "Size of the database.",
        database.size_bytes as f64,
    );
    out.gauge(
        "stocktake_database_wal_bytes",
        "Size of its log.",
        database.wal_bytes as f64,
    );
    out.gauge(
        "stocktake_database_queued_writes",
        "Writes that wait.",
        database.queue as f64,
    );
    let writable = f64::from(u8::from(database.writable));
    out.gauge(
        "stocktake_database_writable",
        "1 while it takes writes.",
        writable,
    );
    let sessions = app.auth.sessions_in_memory() as f64;
    out.gauge("stocktake_sessions", "Sessions in use.", sessions);
    jobs(app, &mut out).await?;
    questions(app, &mut out);
    if let Some(status) = app.assistant.model() {
        model_gauges(&status, &mut out);
    }
    let newest = PageRequest {
        limit: 1,
        ..PageRequest::default()
    };
    let runs = store::sync::history(&app.db, &Scope::All, &newest).await?;
    if let Some(at) = runs.items.first().and_then(|run| run.completed_at) {
        let age = UtcTime::now().seconds_since(at).max(0);
        let help = "Seconds since the newest sync ended.";
        out.gauge("stocktake_last_sync_age_seconds", help, age as f64);
    }
    Ok(out.finish())
}

fn questions(app: &App, out: &mut Exposition) {
    let name = "stocktake_questions_total";
    out.family(name, "counter", "Questions, by who answered and how.");
    for count in app.assistant.counters().all() {
        let tier = count.tier.map_or("none", Tier::as_str);
        let outcome = count.outcome.map_or("error", Outcome::as_str);
        let labels = format!("tier=\"{tier}\",outcome=\"{outcome}\"");
        out.sample(name, &labels, count.questions as f64);
    }
}

fn model_gauges(model: &ModelStatus, out: &mut Exposition) {
    let ready = f64::from(u8::from(model.state == ModelState::Ready));
    out.gauge("stocktake_model_ready", "1 while it can be asked.", ready);
    let name = "stocktake_model_tokens_per_second";
    out.family(name, "gauge", "Of the newest answer.");
    out.sample(name, "phase=\"prefill\"", model.prefill_tokens_per_second);
    out.sample(name, "phase=\"decode\"", model.decode_tokens_per_second);
    for (name, help, value) in [
        (
            "stocktake_model_queue",
            "Requests waiting or running.",
            f64::from(model.queued),
        ),
        (
            "stocktake_model_queue_capacity",
            "Requests that may.",
            f64::from(model.queue_capacity),
        ),
        (
            "stocktake_model_prefix_hit_ratio",
            "Of all prompt tokens, the share kept from earlier prompts.",
            model.prefix_hit_rate,
        ),
        (
            "stocktake_model_resident_bytes",
            "Memory of the process with its model.",
            model.resident_bytes as f64,
        ),
    ] {
        out.gauge(name, help, value);
    }
    let name = "stocktake_model_requests_total";
    out.family(name, "counter", "Requests it was given.");
    out.sample(name, "", model.requests as f64);
}

async fn jobs(app: &App, out: &mut Exposition) -> Result<(), StoreError> {
    let name = "stocktake_jobs";
    out.family(name, "gauge", "Jobs kept, by state.");
    let none = PageRequest {
        limit: 1,
        ..PageRequest::default()
    };
    for state in JobState::ALL {
        let filter = store::job::JobFilter {
            state: vec![state.as_str().to_owned()],
            kind: Vec::new(),
        };
        let page = store::job::list(&app.db, &Scope::All, &filter, &none).await?;
        out.sample(
            name,
            &format!("state=\"{}\"", state.as_str()),
            page.total as f64,
        );
    }
    Ok(())
}
