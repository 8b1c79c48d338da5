//! A server with two client organizations, one account and one desktop each, and people of every
//! role.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use api::{ApiConfig, ApiState, Component, Health, LimitsConfig, Policies, Serving};
use assistant::{Assistant, AssistantConfig};
use auth::{Auth, Caller, Client};
use domain::account::{Account, NewAccount, PolicyDocuments};
use domain::organization::{NewOrganization, Organization};
use domain::text_model::TextModel;
use domain::user::{MembershipChange, NewUser, User};
use domain::{AccountId, Role};
use secrecy::{ExposeSecret, SecretString};
use store::{Db, StoreConfig};

use crate::client::{Answer, Request};

pub const PASSWORD: &str = "a long enough password";
pub const CSRF: &str = "x-stocktake-csrf";

/// One client of the MSP.
pub struct Tenant {
    pub organization: Organization,
    pub account: Account,
    pub workspace: String,
}

pub struct World {
    pub db: Db,
    pub auth: Auth,
    pub acme: Tenant,
    pub globex: Tenant,
    pub address: SocketAddr,
    pub socket: PathBuf,
    pub serving: Serving,
    folder: tempfile::TempDir,
}

struct Documents;

impl Policies for Documents {
    fn policy(
        &self,
        role: &str,
        id: Option<&str>,
        trusted: Option<&AccountId>,
        _write: bool,
    ) -> PolicyDocuments {
        let json = format!("{role} {id:?} {trusted:?}");
        PolicyDocuments {
            json,
            cloudformation: String::new(),
            terraform: String::new(),
        }
    }
}

struct Parts;

impl Health for Parts {
    fn components(&self) -> Vec<(&'static str, Component)> {
        vec![
            ("workers", Component::ok().with("running", 0)),
            ("scheduler", Component::ok()),
        ]
    }
}

/// Without rates, so that only the tests about them meet them.
pub fn no_rates() -> LimitsConfig {
    LimitsConfig {
        anonymous_per_minute: 0,
        login_per_minute: 0,
        session_per_minute: 0,
        ..LimitsConfig::default()
    }
}

pub fn config() -> ApiConfig {
    ApiConfig {
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        limits: no_rates(),
        workers: Some(1),
        ..ApiConfig::default()
    }
}

pub fn state(db: &Db, auth: &Auth) -> ApiState {
    state_with(db, auth, None)
}

fn state_with(db: &Db, auth: &Auth, model: Option<Arc<dyn TextModel>>) -> ApiState {
    ApiState {
        db: db.clone(),
        auth: auth.clone(),
        assistant: Assistant::new(AssistantConfig {
            db: db.clone(),
            model,
            model_deadline: std::time::Duration::from_secs(10),
        }),
        demo: false,
        version: "1.2.3",
        policies: Arc::new(Documents),
        health: Arc::new(Parts),
        cost_requests_per_day: 50,
        configuration: Vec::new(),
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: ApiConfig) -> Self {
        Self::start(config, None).await
    }

    /// With a language model.
    pub async fn with_model(model: Arc<dyn TextModel>) -> Self {
        Self::start(config(), Some(model)).await
    }

    async fn start(mut config: ApiConfig, model: Option<Arc<dyn TextModel>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(StoreConfig::new(folder.path())).unwrap();
        let auth = Auth::open(db.clone()).await.unwrap();
        let socket = folder.path().join("control.sock");
        config.control_socket = Some(socket.clone());
        let serving = api::serve(config, state_with(&db, &auth, model))
            .await
            .unwrap();
        Self {
            acme: tenant(&db, "Acme", "111122223333").await,
            globex: tenant(&db, "Globex", "444455556666").await,
            address: serving.address.unwrap(),
            socket,
            serving,
            db,
            auth,
            folder,
        }
    }

    pub async fn user(&self, name: &str, global_admin: bool, roles: &[(&Tenant, Role)]) -> User {
        let membership = |(tenant, role): &(&Tenant, Role)| MembershipChange {
            organization_id: tenant.organization.id.clone(),
            role: *role,
        };
        let new = NewUser {
            username: name.to_owned(),
            password: PASSWORD.to_owned(),
            email: None,
            display_name: None,
            global_admin,
            memberships: roles.iter().map(membership).collect(),
        };
        self.auth
            .create_user(&Caller::control(), &Client::default(), new)
            .await
            .unwrap()
    }

    /// A new user's bearer token.
    pub async fn member(&self, name: &str, tenant: &Tenant, role: Role) -> String {
        self.user(name, false, &[(tenant, role)]).await;
        self.token(name).await
    }

    pub async fn root(&self) -> String {
        self.user("root", true, &[]).await;
        self.token("root").await
    }

    pub async fn token(&self, name: &str) -> String {
        let password = SecretString::from(PASSWORD);
        let client = Client::default();
        let answer = self
            .auth
            .log_in_with_token(name, password, &client)
            .await
            .unwrap();
        answer.token.expose_secret().to_owned()
    }

    /// Logs a browser in and answers the `Cookie` header it would send.
    pub async fn cookie(&self, name: &str) -> String {
        let body = serde_json::json!({ "username": name, "password": PASSWORD });
        let answer = self
            .send(Request::new("POST", "/api/v1/auth/session").json(&body))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    pub async fn send(&self, request: Request) -> Answer {
        request.send(self.address).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Request::new("GET", path).bearer(token)).await
    }

    pub async fn control(&self, request: Request) -> Answer {
        request.send_to_socket(&self.socket).await
    }

    /// Stops the server; nothing may be left listening.
    pub async fn stop(self) {
        let started = std::time::Instant::now();
        self.serving.stop().await.unwrap();
        assert!(
            started.elapsed().as_secs() < 6,
            "stopping took {:?}",
            started.elapsed()
        );
        assert!(!self.socket.exists());
        self.db.close().await;
        drop(self.folder);
    }
}

async fn tenant(db: &Db, name: &str, account: &str) -> Tenant {
    let name = name.to_owned();
    let organization = store::organization::create(db, NewOrganization { name: name.clone() })
        .await
        .unwrap();
    let new = NewAccount {
        id: account.parse().unwrap(),
        organization_id: organization.id.clone(),
        name: Some(format!("{name} main")),
        role_arn: None,
        external_id: None,
        regions: vec!["eu-west-1".parse().unwrap()],
        endpoint_url: None,
    };
    let account = store::account::create(db, new).await.unwrap();
    let workspace = format!("ws-{}", name.to_lowercase());
    add_workspace(db, &organization, &account, &workspace).await;
    Tenant {
        organization,
        account,
        workspace,
    }
}

/// One desktop, written the short way: syncing is another room's.
async fn add_workspace(db: &Db, organization: &Organization, account: &Account, id: &str) {
    let record = serde_json::json!({
        "workspace_id": id, "state": "AVAILABLE", "user_name": "=ada", "protocols": [],
        "modification_states": [], "related_workspaces": [], "standby_workspaces": [],
    });
    let (id, record) = (id.to_owned(), record.to_string());
    let (organization, account) = (organization.id.to_string(), account.id.to_string());
    db.write(move |conn| {
        conn.execute(
            "INSERT INTO workspace (workspace_id, account_id, organization_id, region, state,
               user_name, record, tags, search, digest, created_at, created_at_source, first_seen_at)
             VALUES ($1, $2, $3, 'eu-west-1', 'AVAILABLE', '=ada', $4, '{}', $1, '',
               '2026-11-20T22:00:00Z', 'first_seen', '2026-11-20T22:00:00Z')",
            &[&id, &account, &organization, &record],
        )?;
        Ok(())
    })
    .await
    .unwrap();
}
