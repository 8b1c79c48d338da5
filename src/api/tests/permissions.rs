//! Every route is tried by everyone: nobody, somebody without a role, each role, another client's
//! admin, a global admin. A route without a row here fails the test.

use std::collections::BTreeSet;

use domain::Role;
use domain::job::{JobPayload, NewJob};
use domain::sync::SyncRequest;
use serde_json::{Value, json};

use crate::client::{Answer, Request};
use crate::harness::{PASSWORD, World};

/// The least that a route asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Needs {
    Nothing,
    Login,
    Viewer,
    Operator,
    Admin,
    Global,
}

struct Row {
    method: &'static str,
    /// As in the OpenAPI document.
    path: &'static str,
    /// What stands for the parameter in `path`.
    id: Option<String>,
    body: Option<Value>,
    needs: Needs,
    /// What those get who may.
    ok: u16,
    /// What another client's admin gets; `None` where the row is about no client.
    foreign: Option<u16>,
}

fn row(method: &'static str, path: &'static str, needs: Needs, ok: u16) -> Row {
    Row {
        method,
        path,
        id: None,
        body: None,
        needs,
        ok,
        foreign: None,
    }
}

impl Row {
    fn id(mut self, id: impl ToString) -> Self {
        self.id = Some(id.to_string());
        self
    }

    fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn foreign(mut self, status: u16) -> Self {
        self.foreign = Some(status);
        self
    }

    fn request(&self, n: usize) -> Request {
        let mut path = self.path.to_owned();
        if let (Some(id), Some(start)) = (&self.id, path.find('{')) {
            let end = path.find('}').unwrap();
            path.replace_range(start..=end, id);
        }
        let request = Request::new(self.method, &path);
        match &self.body {
            // A name that nobody used before, where one is needed.
            Some(body) => {
                let text = body.to_string().replace("NEW", &format!("new{n}"));
                let digits = format!("{:012}", 900_000_000_000_u64 + n as u64);
                request.json(&serde_json::from_str(&text.replace("DIGITS", &digits)).unwrap())
            }
            None => request,
        }
    }
}

/// What rows are about.
struct Ids {
    job: String,
    person: String,
    /// Asked by somebody else than those who try.
    question: String,
    pair: String,
}

/// In an order in which each still finds what it needs.
fn rows(world: &World, ids: &Ids) -> Vec<Row> {
    use Needs::*;
    let Ids {
        job,
        person,
        question,
        pair,
    } = ids;
    let acme = &world.acme.organization.id;
    let account = &world.acme.account.id;
    let login = json!({ "username": "viewer", "password": PASSWORD });
    let settings = json!(domain::setting::Settings::default());
    let report_schedule = json!({
        "report_type": "inventory", "format": "json", "organization_id": acme,
        "period": "previous_month", "cron": "0 6 1 * *",
    });
    let new_user = json!({
        "username": "NEW", "password": PASSWORD,
        "memberships": [{ "organization_id": acme, "role": "viewer" }],
    });
    vec![
        row("GET", "/health", Nothing, 200),
        row("GET", "/health/live", Nothing, 200),
        row("GET", "/health/ready", Nothing, 200),
        row("GET", "/metrics", Nothing, 200),
        row("GET", "/api/openapi.json", Nothing, 200),
        row("GET", "/api/v1/setup", Nothing, 200),
        row("POST", "/api/v1/setup", Nothing, 410)
            .body(json!({ "token": "x", "username": "x", "password": PASSWORD })),
        row("POST", "/api/v1/setup/link", Global, 201),
        row("POST", "/api/v1/auth/session", Nothing, 200).body(login.clone()),
        row("POST", "/api/v1/auth/login", Nothing, 200).body(login),
        row("GET", "/api/v1/me", Login, 200),
        row("PATCH", "/api/v1/me", Login, 200).body(json!({ "display_name": "NEW" })),
        row("GET", "/api/v1/me/sessions", Login, 200),
        row("DELETE", "/api/v1/me/sessions/{id}", Login, 404).id("none"),
        row("GET", "/api/v1/me/preferences", Login, 200),
        row("PATCH", "/api/v1/me/preferences", Login, 200).body(json!({ "values": {} })),
        row("GET", "/api/v1/me/tokens", Login, 200),
        row("POST", "/api/v1/me/tokens", Login, 201)
            .body(json!({ "name": "NEW", "expires_in_days": 1 })),
        row("DELETE", "/api/v1/me/tokens/{id}", Login, 404).id("none"),
        row("GET", "/api/v1/views", Viewer, 400),
        row("POST", "/api/v1/views", Viewer, 201).body(json!({
            "page": "workspaces", "name": "NEW", "search": "", "visibility": "private",
        })),
        row("PATCH", "/api/v1/views/{view_id}", Viewer, 404)
            .id("none")
            .body(json!({})),
        row("PUT", "/api/v1/views/{view_id}/default", Viewer, 404)
            .id("none")
            .body(json!({ "default": true })),
        row("DELETE", "/api/v1/views/{view_id}", Viewer, 404).id("none"),
        row("GET", "/api/v1/configuration", Global, 200),
        row("GET", "/api/v1/regions", Login, 200),
        row("GET", "/api/v1/dashboard", Viewer, 200),
        row("GET", "/api/v1/workspaces", Viewer, 200),
        row("GET", "/api/v1/workspaces/facets", Viewer, 200),
        row("GET", "/api/v1/workspaces/export", Viewer, 200),
        row("GET", "/api/v1/workspaces/{id}", Viewer, 200)
            .id(&world.acme.workspace)
            .foreign(404),
        row("GET", "/api/v1/directories", Viewer, 200),
        row("GET", "/api/v1/bundles", Viewer, 200),
        row("POST", "/api/v1/query", Viewer, 200).body(json!({ "sql": "SELECT 1" })),
        row("GET", "/api/v1/query/schema", Viewer, 200),
        row("POST", "/api/v1/ai/query", Viewer, 200)
            .body(json!({ "question": "how many desktops are there?", "tier": "template" })),
        row("GET", "/api/v1/ai/questions", Viewer, 200),
        // A question is its asker's own, so another's does not exist even for a global admin.
        row("GET", "/api/v1/ai/questions/{id}", Viewer, 404).id(question),
        row("POST", "/api/v1/ai/questions/{id}/feedback", Viewer, 404)
            .id(question)
            .body(json!({ "feedback": "right" })),
        row("POST", "/api/v1/ai/questions/{id}/cancel", Viewer, 404).id(question),
        row("GET", "/api/v1/ai/verified", Viewer, 200),
        row("POST", "/api/v1/ai/verified", Operator, 201)
            .body(json!({
                "question": "NEW", "sql": "SELECT count(*) FROM workspaces",
                "organization_id": acme,
            }))
            .foreign(404),
        row("DELETE", "/api/v1/ai/verified/{id}", Operator, 204)
            .id(pair)
            .foreign(404),
        row("GET", "/api/v1/ai/model", Viewer, 200),
        row("GET", "/api/v1/ai/examples", Viewer, 200),
        row("GET", "/api/v1/sync/stream", Viewer, 200),
        row("GET", "/api/v1/sync/history", Viewer, 200),
        row("GET", "/api/v1/sync/history/{run_id}", Viewer, 200)
            .id(job)
            .foreign(404),
        row("GET", "/api/v1/jobs", Viewer, 200),
        row("GET", "/api/v1/jobs/{id}", Viewer, 200)
            .id(job)
            .foreign(404),
        row("POST", "/api/v1/jobs/{id}/cancel", Operator, 200)
            .id(job)
            .foreign(404),
        row("POST", "/api/v1/sync/trigger", Operator, 202)
            .body(json!({ "organization_ids": [acme] }))
            .foreign(404),
        row("GET", "/api/v1/workspaces/{workspace_id}/usage", Viewer, 200)
            .id(&world.acme.workspace)
            .foreign(404),
        row("GET", "/api/v1/usage", Viewer, 200),
        row("GET", "/api/v1/usage/heatmap", Viewer, 200),
        row("GET", "/api/v1/recommendations", Viewer, 200),
        row("GET", "/api/v1/recommendations/summary", Viewer, 200),
        row("POST", "/api/v1/recommendations/refresh", Operator, 200),
        row("POST", "/api/v1/recommendations/what-if", Viewer, 200)
            .body(json!({ "organization_id": acme }))
            .foreign(404),
        row("GET", "/api/v1/recommendations/backtest", Viewer, 200),
        row("GET", "/api/v1/recommendations/parity", Viewer, 200),
        row("GET", "/api/v1/costs/estimates", Viewer, 200),
        row("GET", "/api/v1/prices", Viewer, 200),
        row("POST", "/api/v1/prices", Global, 200)
            .body(json!(domain::price::PriceBook::builtin().file())),
        row("GET", "/api/v1/plans", Viewer, 200),
        // Acme does not allow changes; to another client's admin the desktop does not exist.
        row("POST", "/api/v1/plans", Operator, 409)
            .body(json!({
                "title": "NEW",
                "changes": [{ "workspace_id": world.acme.workspace, "change": { "verb": "reboot" } }],
            }))
            .foreign(400),
        row("GET", "/api/v1/plans/{plan_id}", Viewer, 404).id("none"),
        // The first role that may is the approver, whom nobody here is.
        row("POST", "/api/v1/plans/{plan_id}/approve", Admin, 404).id("none"),
        row("POST", "/api/v1/plans/{plan_id}/apply", Admin, 404).id("none"),
        row("POST", "/api/v1/plans/{plan_id}/stop", Operator, 404).id("none"),
        row("POST", "/api/v1/plans/{plan_id}/revert", Operator, 404).id("none"),
        row("POST", "/api/v1/plans/{plan_id}/cancel", Operator, 404).id("none"),
        row("GET", "/api/v1/organizations/{id}/actions", Viewer, 200)
            .id(acme)
            .foreign(404),
        row("PUT", "/api/v1/organizations/{id}/actions", Admin, 200)
            .id(acme)
            .body(json!(domain::plan::ActionSettings::default()))
            .foreign(404),
        row("GET", "/api/v1/reports", Viewer, 200),
        row("POST", "/api/v1/reports", Viewer, 202)
            .body(json!({ "report_type": "inventory", "format": "json", "organization_id": acme }))
            .foreign(404),
        row("GET", "/api/v1/reports/schedules", Viewer, 200),
        row("POST", "/api/v1/reports/schedules", Operator, 201)
            .body(report_schedule.clone())
            .foreign(404),
        row("GET", "/api/v1/reports/schedules/{id}", Viewer, 404).id("none"),
        row("PUT", "/api/v1/reports/schedules/{id}", Operator, 404)
            .id("none")
            .body(report_schedule),
        row("DELETE", "/api/v1/reports/schedules/{id}", Operator, 404).id("none"),
        row("GET", "/api/v1/reports/{report_id}", Viewer, 404).id("none"),
        row("GET", "/api/v1/reports/{report_id}/file", Viewer, 404).id("none"),
        row("DELETE", "/api/v1/reports/{report_id}", Operator, 404).id("none"),
        row("GET", "/api/v1/costs/monthly", Viewer, 200),
        row("GET", "/api/v1/costs/reconciliation", Viewer, 200),
        row("GET", "/api/v1/costs/lines", Viewer, 200),
        row("GET", "/api/v1/costs/meter", Viewer, 200),
        // Whoever may import is told that this is no export.
        row("POST", "/api/v1/costs/import", Admin, 400).body(json!({})),
        row("GET", "/api/v1/events", Viewer, 200),
        row("GET", "/api/v1/events/{event_id}", Viewer, 200)
            .id("e-acme")
            .foreign(404),
        row("GET", "/api/v1/accounts", Viewer, 200),
        row("GET", "/api/v1/accounts/policy", Viewer, 200),
        row("GET", "/api/v1/accounts/{id}", Viewer, 200)
            .id(account)
            .foreign(404),
        row("POST", "/api/v1/accounts/{id}/test", Operator, 202)
            .id(account)
            .foreign(404),
        row("POST", "/api/v1/accounts", Admin, 201)
            .body(json!({
                "id": "DIGITS", "organization_id": acme,
                "role_arn": "arn:aws:iam::DIGITS:role/stocktake-read",
            }))
            .foreign(404),
        row("POST", "/api/v1/accounts/discover", Global, 202)
            .body(json!({ "organization_id": acme })),
        row("PATCH", "/api/v1/accounts/{id}", Admin, 200)
            .id(account)
            .body(json!({ "name": "NEW" }))
            .foreign(404),
        row("GET", "/api/v1/users", Admin, 200),
        row("POST", "/api/v1/users", Admin, 201)
            .body(new_user)
            .foreign(403),
        row("GET", "/api/v1/users/{id}", Admin, 200)
            .id(person)
            .foreign(404),
        row("PATCH", "/api/v1/users/{id}", Admin, 200)
            .id(person)
            .body(json!({ "display_name": "NEW" }))
            .foreign(404),
        row("GET", "/api/v1/audit", Admin, 200),
        row("GET", "/api/v1/settings", Viewer, 200),
        row("GET", "/api/v1/settings/notifications", Global, 200),
        row("GET", "/api/v1/schedules", Viewer, 200),
        row("PUT", "/api/v1/settings", Global, 200).body(settings),
        row("GET", "/api/v1/organizations", Viewer, 200),
        row("POST", "/api/v1/organizations", Global, 201).body(json!({ "name": "NEW" })),
        row("PATCH", "/api/v1/organizations/{id}", Global, 200)
            .id(acme)
            .body(json!({ "name": "Acme NEW" })),
        // What removes comes last; the second to be allowed finds it gone.
        row("DELETE", "/api/v1/accounts/{id}", Admin, 204)
            .id(account)
            .foreign(404),
        row("DELETE", "/api/v1/users/{id}", Admin, 204)
            .id(person)
            .foreign(404),
        row("DELETE", "/api/v1/organizations/{id}", Global, 409).id(acme),
        row("DELETE", "/api/v1/auth/session", Login, 204),
    ]
}

/// Who tries, in rising order of what they may; the roles are in Acme.
const CALLERS: [(&str, Needs); 7] = [
    ("anonymous", Needs::Nothing),
    ("without role", Needs::Login),
    ("viewer", Needs::Viewer),
    ("operator", Needs::Operator),
    ("globex admin", Needs::Admin),
    ("admin", Needs::Admin),
    ("root", Needs::Global),
];

fn expected(row: &Row, caller: &str, has: Needs, done: bool) -> u16 {
    let foreign = (caller == "globex admin").then_some(row.foreign).flatten();
    match foreign {
        _ if row.needs > Needs::Nothing && has == Needs::Nothing => 401,
        _ if has < row.needs => 403,
        Some(status) => status,
        None if row.method == "DELETE" && row.id.is_some() && done && row.ok == 204 => 404,
        None => row.ok,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_open_to_exactly_those_it_should_be() {
    let world = World::new().await;
    let sync = NewJob {
        payload: JobPayload::Sync(SyncRequest::default()),
        organization_id: Some(world.acme.organization.id.clone()),
        trigger: "api".into(),
        requested_by: None,
    };
    let job = store::job::enqueue(&world.db, sync)
        .await
        .unwrap()
        .id
        .to_string();
    let person = world
        .user("person", false, &[(&world.acme, Role::Viewer)])
        .await
        .id
        .to_string();

    let control = world.control(
        Request::new("POST", "/api/v1/ai/query")
            .json(&json!({ "question": "how many desktops are there?", "tier": "template" })),
    );
    let question = control.await.json()["id"].as_str().unwrap().to_owned();
    let pair = world.control(Request::new("POST", "/api/v1/ai/verified").json(&json!({
        "question": "all desktops", "sql": "SELECT workspace_id FROM workspaces",
        "organization_id": world.acme.organization.id,
    })));
    let pair = pair.await.json()["id"].as_str().unwrap().to_owned();

    let mut tokens = Vec::new();
    for (name, needs) in CALLERS {
        let role = [Role::Viewer, Role::Operator, Role::Admin]
            .into_iter()
            .find(|role| role.as_str() == name.trim_start_matches("globex "));
        let tenant = if name.starts_with("globex") {
            &world.globex
        } else {
            &world.acme
        };
        let user = name.replace(' ', "-");
        tokens.push(match (needs, role) {
            (Needs::Nothing, _) => None,
            (_, Some(role)) => Some(world.member(&user, tenant, role).await),
            _ => {
                world.user(&user, needs == Needs::Global, &[]).await;
                Some(world.token(&user).await)
            }
        });
    }

    crate::billing::happened(&world, &world.acme, "e-acme").await;
    let ids = Ids {
        job,
        person,
        question,
        pair,
    };
    let rows = rows(&world, &ids);
    every_route_has_a_row(&rows);
    let mut wrong = Vec::new();
    let mut n = 0;
    for row in &rows {
        let mut done = false;
        for ((caller, has), token) in CALLERS.iter().zip(&tokens) {
            n += 1;
            let mut request = row.request(n);
            if let Some(token) = token {
                request = request.bearer(token);
            }
            let answer = answer(&world, row, request).await;
            let expected = expected(row, caller, *has, done);
            done |= answer.status == row.ok;
            if answer.status != expected {
                let (method, path, text) = (row.method, row.path, answer.text());
                let status = answer.status;
                wrong.push(format!(
                    "{method} {path} by {caller}: {status}, not {expected}: {text}"
                ));
            }
        }
        assert!(
            done,
            "nobody got {} from {} {}: {wrong:#?}",
            row.ok, row.method, row.path
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    world.stop().await;
}

/// The stream has no end; its head is answer enough.
async fn answer(world: &World, row: &Row, request: Request) -> Answer {
    if row.path.ends_with("/stream") {
        request.open(world.address).await.0
    } else {
        world.send(request).await
    }
}

fn every_route_has_a_row(rows: &[Row]) {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    let tried: BTreeSet<_> = rows
        .iter()
        .map(|row| (row.method.to_owned(), row.path.to_owned()))
        .collect();
    assert_eq!(routes, tried, "routes and rows of this test");
    for row in rows {
        let operation = &document["paths"][row.path][row.method.to_lowercase()];
        let described = operation["requestBody"].is_object();
        assert_eq!(
            described,
            row.body.is_some(),
            "the body of {} {}",
            row.method,
            row.path
        );
    }
}
