//! A question's answer as server-sent events. Whoever closes the stream ends the question with it:
//! the model stops within one token.

use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use assistant::{AskError, Asker, Events};
use domain::ErrorCode;
use domain::question::{Answer, AskEvent, AskRequest};
use domain::text_model::Cancel;
use futures::stream;
use serde::Serialize;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use crate::error::{ApiError, ApiResult};
use crate::guard::Who;
use crate::state::App;
use crate::streams::Place;

/// Finds out soon that nobody listens any more, while the model reads and writes nothing.
const HEARTBEAT: Duration = Duration::from_secs(2);

pub fn wants_stream(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    accept
        .and_then(|value| value.to_str().ok())
        .is_some_and(|text| text.contains("text/event-stream"))
}

/// Answers with the stream. What is refused before anything was done is refused as everywhere, with
/// a status.
pub async fn answer(
    app: &Data<App>,
    who: &Who,
    asker: Asker,
    question: AskRequest,
) -> ApiResult<HttpResponse> {
    let place = match who {
        Who::LoggedIn(session) => Some(app.streams.enter(session.id())?),
        _ => None,
    };
    let (events, received) = Events::channel();
    let assistant = app.assistant.clone();
    let work = async move {
        assistant
            .ask(&asker, question, &events, Cancel::default())
            .await
    };
    let mut asking = Asking {
        work: Some(Box::pin(work)),
        received,
        held: None,
        last: None,
        heartbeat: heartbeat(),
        stop: app.stop.clone(),
        sent: 0,
        _place: place,
    };
    asking.begin().await?;
    let messages = stream::unfold(asking, |mut asking| async move {
        let bytes = asking.next().await?;
        Some((Ok::<_, actix_web::Error>(bytes), asking))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        // Compression would hold messages back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(messages))
}

type Work = Pin<Box<dyn Future<Output = Result<Answer, AskError>>>>;

struct Asking {
    /// Dropped with the stream, which cancels the question.
    work: Option<Work>,
    received: UnboundedReceiver<AskEvent>,
    /// The first event, which came before the stream began.
    held: Option<AskEvent>,
    /// How it ended, which is sent last.
    last: Option<ApiResult<Answer>>,
    heartbeat: Interval,
    stop: CancellationToken,
    sent: u64,
    _place: Option<Place>,
}

impl Asking {
    /// Waits until there is something to send, or fails as the question did before it said anything.
    async fn begin(&mut self) -> ApiResult<()> {
        if let Some(work) = self.work.as_mut() {
            tokio::select! {
                biased;
                event = self.received.recv() => self.held = event,
                result = work => {
                    self.work = None;
                    self.held = self.received.try_recv().ok();
                    match result {
                        Err(error) if self.held.is_none() => return Err(error.into()),
                        result => self.last = Some(result.map_err(ApiError::from)),
                    }
                }
            }
        }
        Ok(())
    }

    /// The next bytes; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(event) = self.held.take() {
            return Some(self.message(&event));
        }
        while let Some(work) = self.work.as_mut() {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => {
                    self.work = None;
                    let why = "the server is stopping";
                    self.last = Some(Err(ApiError::new(ErrorCode::Unavailable, why)));
                }
                Some(event) = self.received.recv() => return Some(self.message(&event)),
                result = work => {
                    self.work = None;
                    self.last = Some(result.map_err(ApiError::from));
                }
                _ = self.heartbeat.tick() => return Some(Bytes::from_static(b": beat\n\n")),
            }
        }
        // Everything that was said before the end comes before it.
        if let Ok(event) = self.received.try_recv() {
            return Some(self.message(&event));
        }
        let last = self.last.take()?;
        Some(match last {
            Ok(answer) => self.message(&AskEvent::Answer(Box::new(answer))),
            Err(error) => self.error(&error),
        })
    }

    fn message(&mut self, event: &AskEvent) -> Bytes {
        match serde_json::to_value(event) {
            Ok(mut tagged) => {
                let name = tagged["event"].take();
                self.frame(name.as_str().unwrap_or("message"), &tagged["data"])
            }
            Err(error) => self.error(&ApiError::internal(error)),
        }
    }

    fn error(&mut self, error: &ApiError) -> Bytes {
        if let Some(cause) = error.cause() {
            tracing::error!(code = error.code.code(), "a question failed: {cause}");
        }
        self.frame("error", &error.problem())
    }

    fn frame(&mut self, name: &str, data: &impl Serialize) -> Bytes {
        self.sent += 1;
        // JSON has no raw line ends, so one data line holds it.
        let data = serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned());
        Bytes::from(format!(
            "event: {name}\nid: {}\ndata: {data}\n\n",
            self.sent
        ))
    }
}

fn heartbeat() -> Interval {
    let mut interval = interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
