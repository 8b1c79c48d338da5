//! `stocktake user`: people and their roles.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::Role;
use domain::user::{MembershipChange, NewUser, User as UserRow, UserChange};
use serde_json::json;

use super::client::Client;
use super::output::{self, Format};
use super::sync::organization;
use super::{DataArgs, with_client};

#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add a person; the password is read from standard input.
    Add(Add),
    /// List people, their roles and last logins.
    List(List),
    /// Change a person's roles, or disable and enable them.
    Set(Set),
    /// Set a new password, read from standard input; ends the person's sessions.
    Password(Named),
    /// Remove a person; their sessions end at once.
    Remove(Remove),
}

impl User {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Add(command) => command.run().await,
            Command::List(command) => command.run().await,
            Command::Set(command) => command.run().await,
            Command::Password(command) => command.password().await,
            Command::Remove(command) => command.run().await,
        }
    }
}

/// `NAME=ROLE`, a place in an organization.
#[derive(Debug, Clone)]
struct Place {
    organization: String,
    role: Role,
}

impl std::str::FromStr for Place {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (organization, role) = text
            .rsplit_once('=')
            .ok_or_else(|| format!("{text:?} is not ORGANIZATION=ROLE, such as \"Acme=viewer\""))?;
        Ok(Self {
            organization: organization.to_owned(),
            role: role
                .parse()
                .map_err(|error: domain::access::UnknownRole| error.to_string())?,
        })
    }
}

async fn memberships(client: &Client, places: &[Place]) -> anyhow::Result<Vec<MembershipChange>> {
    let mut changes = Vec::new();
    for place in places {
        let organization_id = organization(client, &place.organization).await?.id;
        changes.push(MembershipChange {
            organization_id,
            role: place.role,
        });
    }
    Ok(changes)
}

/// A password: typed unseen on a terminal, else all of standard input.
fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ")?;
        let again = rpassword::prompt_password("Password again: ")?;
        anyhow::ensure!(password == again, "the two passwords differ");
        return Ok(password);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    data: DataArgs,
    /// As they log in.
    username: String,
    /// Unique among all users.
    #[arg(long)]
    email: Option<String>,
    /// As pages greet them.
    #[arg(long)]
    display_name: Option<String>,
    /// May do everything in every organization.
    #[arg(long)]
    global_admin: bool,
    /// A role in an organization, "Acme=viewer"; may be repeated.
    #[arg(long = "role", value_name = "ORG=ROLE")]
    roles: Vec<Place>,
}

impl Add {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let password = read_password()?;
        with_client(&self.data, async |client| {
            let new = NewUser {
                username: self.username.clone(),
                password: password.clone(),
                email: self.email.clone(),
                display_name: self.display_name.clone(),
                global_admin: self.global_admin,
                memberships: memberships(client, &self.roles).await?,
            };
            let user: UserRow = client.post("/api/v1/users", &new).await?;
            output::line(&format!("added {}", user.username))?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    data: DataArgs,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        self.data.must_exist()?;
        with_client(&self.data, async |client| {
            let users: Vec<UserRow> = client.all("/api/v1/users").await?;
            if self.format == Format::Json {
                output::json(&users)?;
                return Ok(ExitCode::SUCCESS);
            }
            let rows: Vec<Vec<serde_json::Value>> = users
                .iter()
                .map(|user| {
                    let roles: Vec<String> = user
                        .memberships
                        .iter()
                        .map(|m| format!("{}={}", m.organization_name, m.role))
                        .collect();
                    let roles = if user.global_admin {
                        "global admin".to_owned()
                    } else {
                        roles.join(", ")
                    };
                    let state = if user.disabled { "disabled" } else { "active" };
                    vec![
                        json!(user.username),
                        json!(user.email),
                        json!(roles),
                        json!(state),
                        json!(user.last_login_at),
                    ]
                })
                .collect();
            output::rows(
                self.format,
                &["username", "email", "roles", "state", "last login"],
                &rows,
            )?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct Set {
    #[command(flatten)]
    data: DataArgs,
    /// As they log in.
    username: String,
    /// Replaces all roles; may be repeated.
    #[arg(long = "role", value_name = "ORG=ROLE")]
    roles: Vec<Place>,
    /// Ends every session at once and refuses further logins.
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Lets a disabled person log in again.
    #[arg(long)]
    enable: bool,
    /// true or false.
    #[arg(long)]
    global_admin: Option<bool>,
}

impl Set {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            anyhow::ensure!(
                self.disable
                    || self.enable
                    || self.global_admin.is_some()
                    || !self.roles.is_empty(),
                "say what to change: --role, --disable, --enable or --global-admin"
            );
            let id = named(client, &self.username).await?.id;
            let change = UserChange {
                disabled: if self.disable {
                    Some(true)
                } else {
                    self.enable.then_some(false)
                },
                global_admin: self.global_admin,
                memberships: match self.roles.as_slice() {
                    [] => None,
                    places => Some(memberships(client, places).await?),
                },
                ..UserChange::default()
            };
            let user: UserRow = client
                .patch(&format!("/api/v1/users/{id}"), &change)
                .await?;
            output::line(&format!("changed {}", user.username))?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct Named {
    #[command(flatten)]
    data: DataArgs,
    /// As they log in.
    username: String,
}

impl Named {
    async fn password(self) -> anyhow::Result<ExitCode> {
        let password = read_password()?;
        with_client(&self.data, async |client| {
            let id = named(client, &self.username).await?.id;
            let change = UserChange {
                password: Some(password.clone()),
                ..UserChange::default()
            };
            let user: UserRow = client
                .patch(&format!("/api/v1/users/{id}"), &change)
                .await?;
            output::line(&format!("new password for {}", user.username))?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct Remove {
    #[command(flatten)]
    data: DataArgs,
    /// As they log in.
    username: String,
    /// Say that the person may go; `user set NAME --disable` keeps them instead.
    #[arg(long)]
    yes: bool,
}

impl Remove {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            let user = named(client, &self.username).await?;
            anyhow::ensure!(
                self.yes,
                "this removes {} for good; repeat with --yes, or disable them with `stocktake user set {} --disable`",
                user.username,
                user.username
            );
            client
                .delete(&format!("/api/v1/users/{}", user.id))
                .await?;
            output::line(&format!("removed {}", user.username))?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

async fn named(client: &Client, username: &str) -> anyhow::Result<UserRow> {
    let users: Vec<UserRow> = client.all("/api/v1/users").await?;
    users
        .into_iter()
        .find(|user| user.username.eq_ignore_ascii_case(username))
        .ok_or_else(|| anyhow::anyhow!("there is no user {username:?}"))
}
