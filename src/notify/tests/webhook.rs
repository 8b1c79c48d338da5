//! Delivery to a server on the loopback: what arrives, what is tried again, what is dropped.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::event::{Audience, Event, EventBody};
use domain::notice::NotificationStatus;
use domain::plan::{Plan, PlanState};
use domain::{OrganizationId, PlanId, UtcTime};
use notify::{Delivery, Notifier, NotifyConfig, SIGNATURE_HEADER, signature};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const SECRET: &str = "a secret of some length";

/// Answers with the statuses it was given, then with 204. 0 never answers.
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn new(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=t0ken", listener.local_addr().unwrap());
        let got = Arc::new(Mutex::new(Vec::new()));
        let left: VecDeque<u16> = statuses.iter().copied().collect();
        tokio::spawn(answer_all(listener, left, got.clone()));
        Self { url, got }
    }

    fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

async fn answer_all(listener: TcpListener, mut left: VecDeque<u16>, got: Arc<Mutex<Vec<String>>>) {
    let mut hanging = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read(&mut stream).await;
        got.lock().unwrap().push(request);
        match left.pop_front().unwrap_or(204) {
            0 => hanging.push(stream),
            status => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await.unwrap();
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = header(head, "content-length").parse().unwrap();
            if body.len() >= length || n == 0 {
                return text;
            }
        }
    }
}

fn header(request: &str, name: &str) -> String {
    let line = request
        .lines()
        .find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
    let value = line.and_then(|line| line.split_once(':'));
    value
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

struct Running {
    events: broadcast::Sender<Event>,
    notifier: Notifier,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn start(url: &str, change: impl FnOnce(&mut NotifyConfig)) -> Running {
    let mut config = NotifyConfig::new(url.to_owned().into(), SECRET.to_owned().into());
    config.timeout = Duration::from_millis(300);
    config.backoff = vec![Duration::from_millis(10); 2];
    config.drain = Duration::from_millis(500);
    change(&mut config);
    let (delivery, notifier) = Delivery::new(&config).unwrap();
    let (events, receiver) = broadcast::channel(64);
    let stop = CancellationToken::new();
    let task = tokio::spawn(delivery.run(receiver, stop.clone()));
    Running {
        events,
        notifier,
        stop,
        task,
    }
}

impl Running {
    fn say(&self, state: PlanState) -> PlanId {
        let plan = plan(state);
        let id = plan.id.clone();
        let audience = Audience::Organization(plan.organization_id.clone());
        let body = EventBody::Plan(Box::new(plan));
        self.events.send(Event { audience, body }).unwrap();
        id
    }

    async fn once(&self, reached: impl Fn(&NotificationStatus) -> bool) -> NotificationStatus {
        for _ in 0..200 {
            let status = self.notifier.status();
            if reached(&status) {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it stayed at {:?}", self.notifier.status());
    }
}

fn plan(state: PlanState) -> Plan {
    Plan {
        id: PlanId::new(),
        organization_id: OrganizationId::new(),
        organization_name: "Acme".to_owned(),
        title: "Modes".to_owned(),
        reason: None,
        state,
        created_by: "ada".to_owned(),
        created_at: UtcTime::now(),
        expires_at: UtcTime::now(),
        approvals_needed: 1,
        approvals: Vec::new(),
        items: 1,
        items_verified: 0,
        items_failed: 0,
        items_skipped: 0,
        saving: None,
        job_id: None,
        applied_at: None,
        finished_at: None,
        reverts: None,
    }
}

#[tokio::test]
async fn each_state_arrives_in_order_signed_with_its_time() {
    let receiver = Receiver::new(&[]).await;
    let running = start(&receiver.url, |_| {});
    use PlanState::*;
    let states = [
        Draft,
        Approved,
        Applying,
        Stopped,
        Applied,
        PartlyApplied,
        Failed,
        Cancelled,
        Expired,
    ];
    for state in states {
        running.say(state);
    }
    let status = running.once(|status| status.delivered == 9).await;
    assert_eq!((status.failed, status.dropped, status.waiting), (0, 0, 0));
    assert!(status.configured && status.last_delivered_at.is_some());
    let target = status.target.unwrap();
    assert!(
        !target.contains("hook") && receiver.url.starts_with(&target),
        "{target}"
    );

    let got = receiver.got();
    let told: Vec<String> = got
        .iter()
        .map(|one| header(one, "x-stocktake-event"))
        .collect();
    let expected = [
        "created",
        "approved",
        "applying",
        "stopped",
        "finished",
        "finished",
        "failed",
        "cancelled",
        "expired",
    ];
    assert_eq!(told, expected.map(|event| format!("plan.{event}")));
    for one in &got {
        assert!(one.starts_with("POST /hook?token=t0ken HTTP/1.1"), "{one}");
        let body = one.split_once("\r\n\r\n").unwrap().1;
        let signed = header(one, SIGNATURE_HEADER);
        let unix: i64 = signed[2..].split_once(',').unwrap().0.parse().unwrap();
        assert!((UtcTime::now().unix() - unix).abs() < 60);
        let secret = SecretString::from(SECRET.to_owned());
        assert_eq!(signed, signature(&secret, unix, body.as_bytes()));
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["id"], header(one, "x-stocktake-delivery"));
        assert_eq!(json["plan"]["title"], "Modes");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_as_the_same_delivery() {
    // An error, no answer, then success.
    let receiver = Receiver::new(&[503, 0]).await;
    let running = start(&receiver.url, |_| {});
    let id = running.say(PlanState::Approved);
    let status = running.once(|status| status.delivered == 1).await;
    assert_eq!(status.failed, 0);
    let failure = status.last_failure.unwrap();
    assert_eq!((failure.plan_id, failure.will_retry), (id, true));
    assert!(
        failure.error.contains("did not answer"),
        "{}",
        failure.error
    );
    let got = receiver.got();
    assert_eq!(got.len(), 3);
    let ids: Vec<String> = got
        .iter()
        .map(|one| header(one, "x-stocktake-delivery"))
        .collect();
    assert!(ids.iter().all(|one| *one == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn refusals_and_redirects_are_final() {
    for refusal in [400, 301] {
        let receiver = Receiver::new(&[refusal]).await;
        let running = start(&receiver.url, |_| {});
        running.say(PlanState::Approved);
        let status = running.once(|status| status.failed == 1).await;
        assert!(!status.last_failure.unwrap().will_retry);
        assert_eq!(receiver.got().len(), 1, "{refusal}");
        // What comes after is told all the same.
        running.say(PlanState::Applying);
        running.once(|status| status.delivered == 1).await;
    }
}

#[tokio::test]
async fn nobody_there_is_given_up_after_all_attempts_without_the_address() {
    let running = start("http://127.0.0.1:9/t0ken", |_| {});
    running.say(PlanState::Failed);
    let status = running.once(|status| status.failed == 1).await;
    let error = status.last_failure.unwrap().error;
    assert!(
        error.contains("could not be reached") && !error.contains("t0ken"),
        "{error}"
    );
}

#[tokio::test]
async fn what_the_queue_cannot_hold_is_dropped_and_counted() {
    let receiver = Receiver::new(&[0, 0, 0]).await;
    let running = start(&receiver.url, |config| config.queue = 2);
    running.say(PlanState::Draft);
    running.once(|status| status.waiting == 1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    for _ in 0..6 {
        running.say(PlanState::Approved);
    }
    let status = running.once(|status| status.dropped > 0).await;
    assert_eq!((status.dropped, status.waiting), (4, 3));
}

#[tokio::test]
async fn a_stop_tells_what_waits_and_does_not_hang() {
    let receiver = Receiver::new(&[]).await;
    let running = start(&receiver.url, |_| {});
    running.say(PlanState::Approved);
    running.say(PlanState::Applying);
    running.stop.cancel();
    running.task.await.unwrap();
    assert_eq!(running.notifier.status().delivered, 2);

    let receiver = Receiver::new(&[0; 9]).await;
    let running = start(&receiver.url, |config| {
        config.timeout = Duration::from_secs(60)
    });
    running.stop.cancel();
    for _ in 0..3 {
        running.say(PlanState::Stopped);
    }
    tokio::time::timeout(Duration::from_secs(2), running.task)
        .await
        .expect("the drain has an end")
        .unwrap();
}
