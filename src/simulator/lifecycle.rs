//! The state machine of a desktop. It moves only when somebody looks: `settle` applies what has come due, `state`
//! says what the desktop shows. Nothing here waits or ticks.

use crate::clock::{Clock, MINUTE, Millis};
use crate::desktop::{Desktop, Power, Properties, Rest, RunningMode, Then, Transition};
use crate::habit::Session;
use crate::state::State;

/// How long each transition takes, in simulated seconds.
pub const PENDING_SECS: u32 = 1200;
pub const STARTING_SECS: u32 = 90;
pub const STOPPING_SECS: u32 = 120;
pub const REBOOTING_SECS: u32 = 180;
pub const REBUILDING_SECS: u32 = 1800;
pub const RESTORING_SECS: u32 = 1500;
pub const UPDATING_SECS: u32 = 600;
pub const TERMINATING_SECS: u32 = 300;
/// AWS forgets a terminated WorkSpace soon after.
pub const TERMINATED_SECS: u32 = 120;

impl Desktop {
    /// Applies every transition that has come due. False when the desktop no longer exists.
    #[must_use]
    pub fn settle(&mut self, now: Millis, clock: &Clock) -> bool {
        while let Some(due) = self.transition.take_if(|t| t.until <= now) {
            match due.then {
                Then::Healthy => self.recover(due.until),
                Then::Off => {
                    self.power = Some(Power {
                        on: false,
                        at: due.until,
                    })
                }
                Then::Adopt(properties) => self.adopt(*properties, due.until),
                Then::Vanish if due.shows == State::Terminating => {
                    let until = due.until + clock.span(TERMINATED_SECS);
                    self.transition = Some(Box::new(Transition {
                        shows: State::Terminated,
                        until,
                        then: Then::Vanish,
                        modifies: None,
                    }));
                }
                Then::Vanish => return false,
            }
        }
        true
    }

    fn recover(&mut self, at: Millis) {
        self.rest = Rest::Healthy;
        self.power = Some(Power { on: true, at });
    }

    pub fn begin(&mut self, shows: State, secs: u32, then: Then, now: Millis, clock: &Clock) {
        self.transition = Some(Box::new(Transition {
            shows,
            until: now + clock.span(secs),
            then,
            modifies: None,
        }));
    }

    pub fn begin_update(
        &mut self,
        to: Properties,
        modifies: &'static str,
        now: Millis,
        clock: &Clock,
    ) {
        self.transition = Some(Box::new(Transition {
            shows: State::Updating,
            until: now + clock.span(UPDATING_SECS),
            then: Then::Adopt(Box::new(to)),
            modifies: Some(modifies),
        }));
    }

    /// What DescribeWorkspaces shows. The caller has settled the desktop for the same moment.
    pub fn state(&self, now: Millis, clock: &Clock) -> State {
        if let Some(transition) = &self.transition {
            return transition.shows;
        }
        match self.rest {
            Rest::Stuck(state) => state,
            Rest::Healthy => self.powered(now, clock),
        }
    }

    fn powered(&self, now: Millis, clock: &Clock) -> State {
        match self.properties.running_mode {
            RunningMode::AlwaysOn => State::Available,
            RunningMode::Manual if self.power.is_some_and(|power| !power.on) => State::Stopped,
            RunningMode::Manual => State::Available,
            RunningMode::AutoStop => self.auto_stopped(now, clock),
        }
    }

    fn auto_stopped(&self, now: Millis, clock: &Clock) -> State {
        let session = self.habit.latest(now);
        if self.switched_off_since(session) {
            return State::Stopped;
        }
        if let Some(session) = session
            && now < session.until
        {
            // The first connection of the day wakes the machine.
            let woken = session.from + clock.span(STARTING_SECS);
            let was_on = self
                .power
                .is_some_and(|power| power.on && power.at > session.from - self.auto_stop());
            return if now < woken && !was_on {
                State::Starting
            } else {
                State::Available
            };
        }
        let idle_since = session
            .map(|s| s.until)
            .max(self.power.filter(|p| p.on).map(|p| p.at));
        let Some(idle_since) = idle_since else {
            return State::Stopped;
        };
        let stops = idle_since + self.auto_stop();
        if now < stops {
            State::Available
        } else if now < stops + clock.span(STOPPING_SECS) {
            State::Stopping
        } else {
            State::Stopped
        }
    }

    fn auto_stop(&self) -> Millis {
        Millis::from(self.properties.auto_stop_minutes) * MINUTE
    }

    fn switched_off_since(&self, session: Option<Session>) -> bool {
        self.power
            .is_some_and(|power| !power.on && session.is_none_or(|s| s.from <= power.at))
    }

    /// Is the person in front of it? The caller has settled the desktop for the same moment.
    pub fn is_connected(&self, now: Millis, clock: &Clock) -> bool {
        let session = self.habit.latest(now);
        self.state(now, clock) == State::Available
            && !self.switched_off_since(session)
            && session.is_some_and(|s| now < s.until)
    }
}
