//! The dials of a simulated estate. What can be changed while it runs is in `faults`.

use std::time::Duration;

use domain::price::PriceBook;
use jiff::Timestamp;

use crate::faults::Faults;

#[derive(Clone, Debug)]
pub struct SimulatorConfig {
    /// Client accounts; the management account comes on top and holds no desktops.
    pub accounts: usize,
    /// Desktops in all client accounts together.
    pub desktops: usize,
    /// The same seed, accounts, desktops and regions give the same world, id for id.
    pub seed: u64,
    /// Regions the desktops are spread over.
    pub regions: Vec<String>,
    /// Simulated seconds per real second for state transitions. People keep to the wall clock.
    pub speed: f64,
    /// Requests per second for each (account, region, operation) before ThrottlingException.
    pub throttle_rate: Option<f64>,
    /// Share of calls, 0 to 1, answered with a 500.
    pub error_rate: f64,
    /// Added to every answer.
    pub latency: Duration,
    /// Share of listing answers, 0 to 1, whose body breaks off in the middle.
    pub truncate_rate: f64,
    /// The longest an assumed role's credentials last, whatever was asked for.
    pub session_lifetime: Duration,
    /// What AssumeRole demands as ExternalId.
    pub external_id: String,
    /// A role of every account that may read.
    pub role_name: String,
    /// A role of every account that may also change desktops.
    pub write_role_name: String,
    /// Requests per second of CloudTrail's LookupEvents for each account and region; `None` for no limit.
    pub trail_rate: Option<f64>,
    /// Whether accounts have opted in to costs by resource; by the seed, about half of them have.
    pub resource_costs: Option<bool>,
    /// What desktops cost, for the invoices. A desktop without a price costs something made up.
    pub prices: PriceBook,
    /// Faults in force from the start.
    pub faults: Faults,
    /// The moment the simulated clock starts at; the wall clock's when `None`.
    pub clock_start: Option<Timestamp>,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            accounts: 12,
            desktops: 500,
            seed: 1,
            regions: vec!["us-east-1".to_owned(), "eu-west-1".to_owned()],
            speed: 60.0,
            throttle_rate: None,
            error_rate: 0.0,
            latency: Duration::ZERO,
            truncate_rate: 0.0,
            session_lifetime: Duration::from_secs(3600),
            external_id: "stocktake-demo".to_owned(),
            role_name: "stocktake-read".to_owned(),
            write_role_name: "stocktake-write".to_owned(),
            trail_rate: Some(2.0),
            resource_costs: None,
            prices: PriceBook::builtin(),
            faults: Faults::default(),
            clock_start: None,
        }
    }
}
