//! The one place open pages and waiting commands hear from: a broadcast of domain events. A slow
//! listener loses the oldest messages and is told so by its receiver; nobody waits for it.

use domain::event::Event;
use tokio::sync::broadcast;

/// How many messages a listener may lag behind.
const BACKLOG: usize = 1024;

#[derive(Debug, Clone)]
pub struct Events {
    sender: broadcast::Sender<Event>,
}

impl Events {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::channel(BACKLOG).0,
        }
    }

    /// Tells everyone who listens; nobody listening is fine.
    pub fn publish(&self, event: Event) {
        let _nobody_listens = self.sender.send(event);
    }

    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }
}
