//! The queue of notices and their attempts. Listening never waits for sending: what does not fit into the
//! queue is dropped and counted. Notices go out one after another, in the order in which plans moved on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::UtcTime;
use domain::event::{Event, EventBody};
use domain::notice::{NotificationFailure, NotificationStatus, PlanNotice};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::{ConfigError, NotifyConfig};
use crate::webhook::{AttemptError, Webhook};

/// How delivering goes, for whoever wants to see it.
#[derive(Clone, Default)]
pub struct Notifier {
    status: Arc<Mutex<NotificationStatus>>,
}

impl Notifier {
    #[must_use]
    pub fn status(&self) -> NotificationStatus {
        self.lock(|status| status.clone())
    }

    fn lock<T>(&self, with: impl FnOnce(&mut NotificationStatus) -> T) -> T {
        with(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failed(&self, notice: &PlanNotice, error: &AttemptError, will_retry: bool) {
        self.lock(|status| {
            status.failed += u64::from(!will_retry);
            status.last_failure = Some(NotificationFailure {
                at: UtcTime::now(),
                event: notice.event.clone(),
                plan_id: notice.plan.id.clone(),
                error: error.to_string(),
                will_retry,
            });
        });
    }
}

/// Delivers until it is told to stop.
pub struct Delivery {
    webhook: Webhook,
    backoff: Vec<Duration>,
    queue: usize,
    drain: Duration,
    notifier: Notifier,
}

impl Delivery {
    /// # Errors
    /// When the configuration cannot work at all. Whether anybody answers is not tried.
    pub fn new(config: &NotifyConfig) -> Result<(Self, Notifier), ConfigError> {
        let webhook = Webhook::new(config)?;
        let notifier = Notifier::default();
        notifier.lock(|status| {
            status.configured = true;
            status.target = Some(webhook.target());
        });
        let delivery = Self {
            webhook,
            backoff: config.backoff.clone(),
            queue: config.queue,
            drain: config.drain,
            notifier: notifier.clone(),
        };
        Ok((delivery, notifier))
    }

    /// Tells about every plan that `events` says has moved on. After `stop`, what waits gets one attempt
    /// each while there is time. It may be interrupted; what was not delivered is lost, and logged.
    pub async fn run(self, events: broadcast::Receiver<Event>, stop: CancellationToken) {
        let (queue, waiting) = mpsc::channel(self.queue.max(1));
        tokio::join!(
            self.listen(events, queue, stop.clone()),
            self.deliver(waiting, stop)
        );
    }

    async fn listen(
        &self,
        mut events: broadcast::Receiver<Event>,
        queue: mpsc::Sender<PlanNotice>,
        stop: CancellationToken,
    ) {
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.take(event, &queue),
                    Err(RecvError::Lagged(missed)) => lagged(missed),
                    Err(RecvError::Closed) => return,
                },
                () = stop.cancelled() => break,
            }
        }
        loop {
            match events.try_recv() {
                Ok(event) => self.take(event, &queue),
                Err(TryRecvError::Lagged(missed)) => lagged(missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn take(&self, event: Event, queue: &mpsc::Sender<PlanNotice>) {
        let EventBody::Plan(plan) = event.body else {
            return;
        };
        let notice = PlanNotice::of(*plan);
        self.notifier.lock(|status| status.waiting += 1);
        if let Err(full) = queue.try_send(notice) {
            let notice = full.into_inner();
            self.notifier.lock(|status| {
                status.waiting -= 1;
                status.dropped += 1;
            });
            tracing::warn!(plan_id = %notice.plan.id, event = notice.event, "too many notices wait for the webhook; {} of {:?} is not sent", notice.event, notice.plan.title);
        }
    }

    async fn deliver(&self, mut waiting: mpsc::Receiver<PlanNotice>, stop: CancellationToken) {
        let mut until: Option<Instant> = None;
        while let Some(notice) = waiting.recv().await {
            if stop.is_cancelled() {
                let until = *until.get_or_insert_with(|| Instant::now() + self.drain);
                if tokio::time::timeout_at(until, self.attempts(&notice, &stop))
                    .await
                    .is_err()
                {
                    tracing::warn!(plan_id = %notice.plan.id, event = notice.event, "the process stopped before {} of {:?} was delivered", notice.event, notice.plan.title);
                }
            } else {
                self.attempts(&notice, &stop).await;
            }
            self.notifier.lock(|status| status.waiting -= 1);
        }
    }

    /// All attempts for one notice; after `stop` no more waiting between them.
    async fn attempts(&self, notice: &PlanNotice, stop: &CancellationToken) {
        let mut waits = self.backoff.iter();
        loop {
            let error = match self.webhook.send(notice).await {
                Ok(()) => {
                    self.notifier.lock(|status| {
                        status.delivered += 1;
                        status.last_delivered_at = Some(UtcTime::now());
                    });
                    return;
                }
                Err(error) => error,
            };
            let wait = waits
                .next()
                .filter(|_| error.may_pass() && !stop.is_cancelled());
            self.notifier.failed(notice, &error, wait.is_some());
            let (event, title) = (&notice.event, &notice.plan.title);
            let Some(wait) = wait else {
                tracing::warn!(plan_id = %notice.plan.id, event, %error, "the webhook was not told {event} of {title:?}: {error}");
                return;
            };
            tracing::info!(plan_id = %notice.plan.id, event, %error, "the webhook was not told {event} of {title:?} yet: {error}");
            tokio::select! {
                () = tokio::time::sleep(spread(*wait)) => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

/// Up to a quarter longer, so that several installations do not come back at once.
fn spread(wait: Duration) -> Duration {
    wait.mul_f64(rand::random_range(1.0..1.25))
}

fn lagged(missed: u64) {
    tracing::warn!(
        missed,
        "{missed} messages were missed; plans among them are not told to the webhook"
    );
}
