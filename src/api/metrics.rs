//! Numbers for Prometheus. Requests are counted as they happen; everything else is read when
//! somebody asks.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 11] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

/// Requests by route pattern. Routes are few and fixed, so their entries are never removed.
#[derive(Default)]
pub struct RequestMetrics {
    routes: RwLock<BTreeMap<String, Arc<Route>>>,
}

#[derive(Default)]
struct Route {
    statuses: RwLock<BTreeMap<u16, AtomicU64>>,
    buckets: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    microseconds: AtomicU64,
}

impl RequestMetrics {
    pub fn record(&self, method: &str, route: &str, status: u16, took: Duration) {
        let key = format!("{method} {route}");
        let known = self
            .routes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        let entry = known.unwrap_or_else(|| {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            routes.entry(key).or_default().clone()
        });
        entry.record(status, took);
    }

    pub fn write(&self, out: &mut Exposition) {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        out.family(
            "stocktake_http_requests_total",
            "counter",
            "Requests answered.",
        );
        for (key, route) in routes.iter() {
            let labels = labels_of(key);
            let statuses = route
                .statuses
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            for (status, count) in statuses.iter() {
                let labels = format!("{labels},status=\"{status}\"");
                out.sample(
                    "stocktake_http_requests_total",
                    &labels,
                    count.load(Relaxed) as f64,
                );
            }
        }
        let name = "stocktake_http_request_seconds";
        out.family(
            name,
            "histogram",
            "Time from the head of a request to its answer.",
        );
        for (key, route) in routes.iter() {
            route.write_histogram(name, &labels_of(key), out);
        }
    }
}

impl Route {
    fn record(&self, status: u16, took: Duration) {
        self.count.fetch_add(1, Relaxed);
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Relaxed);
        let seconds = took.as_secs_f64();
        if let Some(index) = BUCKETS.iter().position(|bound| seconds <= *bound) {
            self.buckets[index].fetch_add(1, Relaxed);
        }
        let statuses = self.statuses.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = statuses.get(&status) {
            count.fetch_add(1, Relaxed);
            return;
        }
        drop(statuses);
        let mut statuses = self
            .statuses
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        statuses.entry(status).or_default().fetch_add(1, Relaxed);
    }

    fn write_histogram(&self, name: &str, labels: &str, out: &mut Exposition) {
        let mut sum = 0;
        for (bound, count) in BUCKETS.iter().zip(&self.buckets) {
            sum += count.load(Relaxed);
            out.sample(
                &format!("{name}_bucket"),
                &format!("{labels},le=\"{bound}\""),
                sum as f64,
            );
        }
        let count = self.count.load(Relaxed).max(sum) as f64;
        out.sample(
            &format!("{name}_bucket"),
            &format!("{labels},le=\"+Inf\""),
            count,
        );
        let seconds = Duration::from_micros(self.microseconds.load(Relaxed)).as_secs_f64();
        out.sample(&format!("{name}_sum"), labels, seconds);
        out.sample(&format!("{name}_count"), labels, count);
    }
}

/// `GET /x` as labels. Both parts come from our own routes and need no escaping.
fn labels_of(key: &str) -> String {
    let (method, route) = key.split_once(' ').unwrap_or(("", key));
    format!("method=\"{method}\",route=\"{route}\"")
}

/// The Prometheus text format, version 0.0.4.
#[derive(Default)]
pub struct Exposition(String);

impl Exposition {
    pub fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    pub fn sample(&mut self, name: &str, labels: &str, value: f64) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    pub fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.family(name, "gauge", help);
        self.sample(name, "", value);
    }

    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_status_and_latency() {
        let metrics = RequestMetrics::default();
        metrics.record("GET", "/a/{id}", 200, Duration::from_millis(2));
        metrics.record("GET", "/a/{id}", 404, Duration::from_secs(9));
        let mut out = Exposition::default();
        metrics.write(&mut out);
        let text = out.finish();
        for line in [
            "stocktake_http_requests_total{method=\"GET\",route=\"/a/{id}\",status=\"200\"} 1",
            "stocktake_http_request_seconds_bucket{method=\"GET\",route=\"/a/{id}\",le=\"0.001\"} 0",
            "stocktake_http_request_seconds_bucket{method=\"GET\",route=\"/a/{id}\",le=\"0.0025\"} 1",
            "stocktake_http_request_seconds_bucket{method=\"GET\",route=\"/a/{id}\",le=\"+Inf\"} 2",
            "stocktake_http_request_seconds_count{method=\"GET\",route=\"/a/{id}\"} 2",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} not in\n{text}");
        }
    }
}
