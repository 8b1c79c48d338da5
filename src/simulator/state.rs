//! The 17 states of a WorkSpace, as AWS spells them.

use std::fmt;

macro_rules! states {
    ($($name:ident $text:literal)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum State { $($name),* }

        impl State {
            pub const ALL: &'static [State] = &[$(State::$name),*];

            pub fn as_str(self) -> &'static str {
                match self { $(State::$name => $text),* }
            }
        }
    };
}

states! {
    Pending "PENDING"
    Available "AVAILABLE"
    Impaired "IMPAIRED"
    Unhealthy "UNHEALTHY"
    Rebooting "REBOOTING"
    Starting "STARTING"
    Rebuilding "REBUILDING"
    Restoring "RESTORING"
    Maintenance "MAINTENANCE"
    AdminMaintenance "ADMIN_MAINTENANCE"
    Terminating "TERMINATING"
    Terminated "TERMINATED"
    Suspended "SUSPENDED"
    Updating "UPDATING"
    Stopping "STOPPING"
    Stopped "STOPPED"
    Error "ERROR"
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
