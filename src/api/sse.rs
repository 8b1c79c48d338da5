//! The event stream: what `store` publishes, cut down to what the listener may see. It ends when
//! the listener's session ends or the server stops.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use auth::Auth;
use domain::event::{Audience, Event, EventBody};
use domain::{Permission, Scope};
use futures::stream;
use tokio::sync::{broadcast, watch};
use tokio::time::{Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use crate::error::ApiResult;
use crate::guard::Who;
use crate::shown::{self, Shown};
use crate::state::App;
use crate::streams::Place;

/// Keeps proxies from closing a quiet connection, and finds out that the other side is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Everything a page may show; sent to whoever has missed messages.
const ALL_NAMES: [&str; 6] = [
    "workspaces",
    "accounts",
    "users",
    "organizations",
    "settings",
    "sync_history",
];

/// Answers with the stream. `missed` says that the client listened before and has a gap.
pub fn answer(app: &App, who: Who, missed: bool) -> ApiResult<HttpResponse> {
    let place = match &who {
        Who::LoggedIn(session) => Some(app.streams.enter(session.id())?),
        // Whoever owns the installation's files is not kept out by its users.
        _ => None,
    };
    let mut start = String::from(": connected\nretry: 2000\n\n");
    if missed {
        start.push_str(&frame(0, &everything_changed()));
    }
    let listener = Listener {
        events: app.db.events().subscribe(),
        scope: scope_of(&who),
        who,
        auth: app.auth.clone(),
        changes: app.auth.changes(),
        heartbeat: heartbeat(),
        stop: app.stop.clone(),
        last_id: 0,
        start: Some(Bytes::from(start)),
        _place: place,
    };
    let messages = stream::unfold(listener, |mut listener| async move {
        let bytes = listener.next().await?;
        Some((Ok::<_, actix_web::Error>(bytes), listener))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        // Compression would hold messages back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(messages))
}

struct Listener {
    events: broadcast::Receiver<Event>,
    scope: Scope,
    who: Who,
    auth: Auth,
    changes: watch::Receiver<u64>,
    heartbeat: Interval,
    stop: CancellationToken,
    last_id: u64,
    start: Option<Bytes>,
    _place: Option<Place>,
}

impl Listener {
    /// The next bytes; `None` ends the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(start) = self.start.take() {
            return Some(start);
        }
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                changed = self.changes.changed() => {
                    changed.ok()?;
                    self.look_again().await?;
                }
                event = self.events.recv() => {
                    if let Some(bytes) = self.message(event)? {
                        return Some(bytes);
                    }
                }
                _ = self.heartbeat.tick() => {
                    self.look_again().await?;
                    return Some(Bytes::from_static(b": beat\n\n"));
                }
            }
        }
    }

    /// Follows changes of the caller's roles; `None` when the session has ended.
    async fn look_again(&mut self) -> Option<()> {
        if let Who::LoggedIn(session) = &self.who {
            // A database that cannot be read ends the stream too; the browser connects again.
            self.who = Who::LoggedIn(self.auth.refresh(session).await.ok()?);
            self.scope = scope_of(&self.who);
        }
        Some(())
    }

    fn message(
        &mut self,
        event: Result<Event, broadcast::error::RecvError>,
    ) -> Option<Option<Bytes>> {
        let body = match event {
            Ok(event) if visible(&self.scope, &event.audience) => self.shown(event.body),
            Ok(_) => return Some(None),
            Err(broadcast::error::RecvError::Lagged(_)) => everything_changed(),
            Err(broadcast::error::RecvError::Closed) => return None,
        };
        self.last_id += 1;
        Some(Some(Bytes::from(frame(self.last_id, &body))))
    }
}

impl Listener {
    fn shown(&self, body: EventBody) -> EventBody {
        match (body, shown::caller(&self.who)) {
            (EventBody::Job(job), Some(caller)) => EventBody::Job(Box::new(job.shown_to(caller))),
            (body, _) => body,
        }
    }
}

fn heartbeat() -> Interval {
    let mut interval = interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn scope_of(who: &Who) -> Scope {
    match shown::caller(who) {
        Some(caller) => caller.scope_for(Permission::ViewInventory),
        None => Scope::Organizations(std::collections::BTreeSet::new()),
    }
}

fn visible(scope: &Scope, audience: &Audience) -> bool {
    match audience {
        Audience::Everyone => true,
        Audience::Organization(id) => scope.contains(id),
        Audience::Global => *scope == Scope::All,
    }
}

fn everything_changed() -> EventBody {
    EventBody::Changed {
        names: ALL_NAMES.map(str::to_owned).to_vec(),
    }
}

fn frame(id: u64, body: &EventBody) -> String {
    let name = body.name();
    let data = match serde_json::to_value(body) {
        Ok(mut tagged) => tagged["data"].take(),
        Err(error) => {
            tracing::error!("an event could not be written: {error}");
            serde_json::Value::Null
        }
    };
    // JSON has no raw line ends, so one data line holds it.
    format!("event: {name}\nid: {id}\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::OrganizationId;

    #[test]
    fn audiences_are_kept_apart() {
        let (mine, other) = (OrganizationId::new(), OrganizationId::new());
        let scope = Scope::Organizations([mine.clone()].into());
        assert!(visible(&scope, &Audience::Everyone));
        assert!(visible(&scope, &Audience::Organization(mine)));
        assert!(!visible(&scope, &Audience::Organization(other.clone())));
        assert!(!visible(&scope, &Audience::Global));
        assert!(visible(&Scope::All, &Audience::Global));
        assert!(visible(&Scope::All, &Audience::Organization(other)));
    }

    #[test]
    fn a_frame_has_name_id_and_data() {
        let body = EventBody::Changed {
            names: vec!["users".into()],
        };
        assert_eq!(
            frame(7, &body),
            "event: changed\nid: 7\ndata: {\"names\":[\"users\"]}\n\n"
        );
    }
}
