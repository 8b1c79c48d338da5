//! `stocktake account`: onboard, list, test and remove AWS accounts, print the policy they need,
//! find the members of an AWS Organization.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use domain::account::{
    Account as AccountRow, AccountTest, DiscoverRequest, DiscoverResult, NewAccount,
    PermissionTest, PolicyDocuments,
};
use domain::arn::RoleArn;
use domain::job::{Job, JobState};
use domain::organization::Organization;
use domain::{AccountId, Region};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::client::{Client, encode};
use super::output::{self, Format};
use super::sync::{follow, organizations};
use super::{DataArgs, exit, with_client, with_worker};

#[derive(Debug, Args)]
pub struct Account {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Onboard an account.
    Add(Add),
    /// List the onboarded accounts.
    List(List),
    /// Try every permission a sync needs, in each of the account's regions.
    Test(Test),
    /// Name the role through which an account's desktops may be changed.
    WriteRole(WriteRole),
    /// Remove an account with all its stock and history.
    Remove(Remove),
    /// List the members of the AWS Organization, and onboard them with --add.
    Discover(Discover),
    /// Print the role and policy a client creates, derived from what a sync calls.
    Policy(Policy),
}

impl Account {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Add(command) => command.run().await,
            Command::List(command) => command.run().await,
            Command::Test(command) => command.run().await,
            Command::WriteRole(command) => command.run().await,
            Command::Remove(command) => command.run().await,
            Command::Discover(command) => command.run().await,
            Command::Policy(command) => command.run().await,
        }
    }
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    data: DataArgs,
    /// The AWS account id, 12 digits.
    #[arg(long)]
    id: AccountId,
    /// The client organization; it is created when new.
    #[arg(long, value_name = "NAME")]
    org: String,
    /// What to call the account; its id when left out.
    #[arg(long)]
    name: Option<String>,
    /// The role to assume; left out, the server's own credentials are used.
    #[arg(long, value_name = "ARN")]
    role_arn: Option<RoleArn>,
    /// Only for a role that already expects one; otherwise one is generated.
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Comma-separated; every WorkSpaces region when left out.
    #[arg(long, value_delimiter = ',')]
    regions: Vec<Region>,
    /// An endpoint in place of AWS's own.
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Add {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            let place = Place::find_or_make(client, &self.org).await?;
            let new = NewAccount {
                id: self.id.clone(),
                organization_id: place.organization.id.clone(),
                name: self.name.clone(),
                role_arn: self.role_arn.clone(),
                external_id: self.external_id.clone(),
                regions: self.regions.clone(),
                endpoint_url: self.endpoint_url.clone(),
            };
            let added = client.post("/api/v1/accounts", &new).await;
            let account: AccountRow = place.kept_if(added.is_ok(), client, added).await?;
            print_accounts(self.format, std::slice::from_ref(&account))?;
            if let (None, Some(external_id)) = (&self.external_id, &account.external_id) {
                output::note(&format!(
                    "External id {external_id} was generated. Put it into the role's trust policy:\n  \
                     stocktake account policy --external-id {external_id} --format cloudformation"
                ));
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

/// The client organization that something is added to.
struct Place {
    organization: Organization,
    /// This command made it.
    made: bool,
}

impl Place {
    /// The organization of this name, created if there is none.
    async fn find_or_make(client: &Client, name: &str) -> anyhow::Result<Self> {
        let known = organizations(client).await?;
        let found = known
            .into_iter()
            .find(|o| o.name == name || o.id.as_str() == name);
        if let Some(organization) = found {
            return Ok(Self {
                organization,
                made: false,
            });
        }
        let organization = client
            .post("/api/v1/organizations", &json!({ "name": name }))
            .await?;
        Ok(Self {
            organization,
            made: true,
        })
    }

    /// Hands on how adding to it went; an organization made for what did not come goes again.
    async fn kept_if<T>(
        &self,
        used: bool,
        client: &Client,
        added: anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        if self.made && !used {
            let path = format!("/api/v1/organizations/{}", self.organization.id);
            if let Err(error) = client.delete(&path).await {
                output::note(&format!(
                    "the new organization {:?} could not be removed again: {error:#}",
                    self.organization.name
                ));
            }
        }
        added
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
            let accounts: Vec<AccountRow> = client.all("/api/v1/accounts").await?;
            print_accounts(self.format, &accounts)?;
            if accounts.is_empty() {
                output::note("no account is onboarded yet; add one with `stocktake account add`");
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

fn print_accounts(format: Format, accounts: &[AccountRow]) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(&accounts);
    }
    let columns = [
        "id",
        "name",
        "organization",
        "regions",
        "enabled",
        "desktops",
        "last complete sync",
        "last error",
    ];
    let rows: Vec<Vec<serde_json::Value>> = accounts
        .iter()
        .map(|account| {
            let regions: Vec<&str> = account.regions.iter().map(Region::as_str).collect();
            vec![
                json!(account.id),
                json!(account.name),
                json!(account.organization_name),
                json!(if regions.is_empty() {
                    "all".to_owned()
                } else {
                    regions.join(" ")
                }),
                json!(if account.enabled { "yes" } else { "no" }),
                json!(account.workspaces),
                json!(account.last_complete_sync_at),
                json!(
                    account
                        .last_error
                        .as_ref()
                        .map(|error| format!("{}: {}", error.code, error.message))
                ),
            ]
        })
        .collect();
    output::rows(format, &columns, &rows)
}

#[derive(Debug, Args)]
struct Test {
    #[command(flatten)]
    data: DataArgs,
    /// The AWS account id, 12 digits.
    id: AccountId,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Test {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_worker(&self.data, async |client| {
            let job: Job = client
                .post(&format!("/api/v1/accounts/{}/test", self.id), &json!({}))
                .await?;
            let test: AccountTest = result_of(follow(client, job).await?)?;
            print_test(self.format, &test)?;
            Ok(if test.passed {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(exit::FAILED)
            })
        })
        .await
    }
}

fn print_test(format: Format, test: &AccountTest) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(test);
    }
    let rows: Vec<Vec<serde_json::Value>> = test
        .permissions
        .iter()
        .map(|permission| {
            let verdict = match (permission.allowed, permission.optional) {
                (true, _) => "allowed",
                // Only a refusal shows that the permission is missing; anything else went wrong.
                (false, _) if !refused(permission) => "FAILED",
                (false, true) => "missing (optional)",
                (false, false) => "MISSING",
            };
            let failure = permission
                .failure
                .as_ref()
                .map(|f| format!("{}: {}", f.code, f.message));
            vec![
                json!(permission.action),
                json!(permission.region),
                json!(verdict),
                json!(failure),
            ]
        })
        .collect();
    output::rows(
        format,
        &["action", "region", "verdict", "what AWS said"],
        &rows,
    )?;
    if let Some(arn) = &test.caller_arn {
        output::note(&format!("reached as {arn}"));
    }
    for warning in &test.warnings {
        output::note(&format!("warning: {warning}"));
    }
    output::note(if test.passed {
        "everything a sync needs is allowed"
    } else {
        "the account cannot be synced in full"
    });
    Ok(())
}

fn refused(permission: &PermissionTest) -> bool {
    permission.failure.as_ref().is_some_and(|failure| {
        failure.code.contains("Denied") || failure.code.contains("Unauthorized")
    })
}

/// What a job that ended well answered.
fn result_of<T: DeserializeOwned>(job: Job) -> anyhow::Result<T> {
    match (job.state, job.result) {
        (JobState::Succeeded | JobState::Partial, Some(result)) => {
            Ok(serde_json::from_value(result)?)
        }
        (state, _) => {
            anyhow::bail!(
                "{}",
                job.error
                    .unwrap_or_else(|| format!("the job ended {}", state.as_str()))
            )
        }
    }
}

#[derive(Debug, Args)]
struct Remove {
    #[command(flatten)]
    data: DataArgs,
    /// The AWS account id, 12 digits.
    id: AccountId,
    /// Say that its stock and history may go.
    #[arg(long)]
    yes: bool,
}

impl Remove {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            let account: AccountRow = client.get(&format!("/api/v1/accounts/{}", self.id)).await?;
            anyhow::ensure!(
                self.yes,
                "this deletes {} ({}) with {} desktops and their history; repeat with --yes, or switch the account off in the app to keep them",
                account.name, account.id, account.workspaces
            );
            client.delete(&format!("/api/v1/accounts/{}", self.id)).await?;
            output::line(&format!("removed {} ({})", account.name, account.id))?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct Discover {
    #[command(flatten)]
    data: DataArgs,
    /// The client organization for what is found; it is created when new.
    #[arg(long, value_name = "NAME")]
    org: String,
    /// Onboard what is found.
    #[arg(long)]
    add: bool,
    /// The read role that each account has.
    #[arg(long, value_name = "ROLE")]
    role_name: Option<String>,
    /// The external id those roles expect.
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// Comma-separated; every WorkSpaces region when left out.
    #[arg(long, value_delimiter = ',')]
    regions: Vec<Region>,
    /// Make each account a client organization of its own, named after it.
    #[arg(long)]
    org_per_account: bool,
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

impl Discover {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_worker(&self.data, async |client| {
            let place = Place::find_or_make(client, &self.org).await?;
            let request = DiscoverRequest {
                organization_id: place.organization.id.clone(),
                add: self.add,
                role_name: self.role_name.clone(),
                external_id: self.external_id.clone(),
                regions: self.regions.clone(),
                organization_per_account: self.org_per_account,
            };
            let found = discovered(client, &request).await;
            let used = self.add && found.is_ok();
            let found = place.kept_if(used, client, found).await?;
            print_found(self.format, &found)?;
            if !self.add {
                output::note("nothing was onboarded; repeat with --add --role-name ROLE to do so");
            }
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

async fn discovered(client: &Client, request: &DiscoverRequest) -> anyhow::Result<DiscoverResult> {
    let job: Job = client.post("/api/v1/accounts/discover", request).await?;
    result_of(follow(client, job).await?)
}

fn print_found(format: Format, found: &DiscoverResult) -> anyhow::Result<()> {
    if format == Format::Json {
        return output::json(&found.accounts);
    }
    let rows: Vec<Vec<serde_json::Value>> = found
        .accounts
        .iter()
        .map(|account| {
            let outcome = match (&account.skipped, account.added, account.known) {
                (Some(reason), _, _) => format!("skipped: {reason}"),
                (None, true, _) => "onboarded".to_owned(),
                (None, false, true) => "already onboarded".to_owned(),
                (None, false, false) => "found".to_owned(),
            };
            vec![
                json!(account.id),
                json!(account.name),
                json!(account.email),
                json!(account.status),
                json!(outcome),
            ]
        })
        .collect();
    output::rows(format, &["id", "name", "email", "status", "outcome"], &rows)
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PolicyFormat {
    Json,
    Cloudformation,
    Terraform,
}

#[derive(Debug, Args)]
struct WriteRole {
    #[command(flatten)]
    data: DataArgs,
    /// The AWS account id, 12 digits.
    id: AccountId,
    /// The role made from `account policy --write`.
    #[arg(value_name = "ARN")]
    role_arn: RoleArn,
}

impl WriteRole {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            let path = format!("/api/v1/accounts/{}", self.id);
            let change = json!({ "write_role_arn": self.role_arn });
            let account: AccountRow = client.patch(&path, &change).await?;
            output::note(&format!(
                "Desktops of {} are changed through {}, once its organization allows it \
                 (`stocktake plan settings --org NAME --actions true`).",
                account.label(),
                self.role_arn
            ));
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}

#[derive(Debug, Args)]
struct Policy {
    #[command(flatten)]
    data: DataArgs,
    /// The role's name; stocktake-read, or stocktake-write with --write, when left out.
    #[arg(long)]
    role_name: Option<String>,
    /// For the role through which desktops are changed.
    #[arg(long)]
    write: bool,
    /// The external id the role shall ask for.
    #[arg(long)]
    external_id: Option<String>,
    /// The account this server's credentials belong to.
    #[arg(long, value_name = "ID")]
    trusted_account_id: Option<AccountId>,
    #[arg(long, value_enum, default_value = "json")]
    format: PolicyFormat,
}

impl Policy {
    async fn run(self) -> anyhow::Result<ExitCode> {
        with_client(&self.data, async |client| {
            let mut path = format!("/api/v1/accounts/policy?write={}", self.write);
            if let Some(name) = &self.role_name {
                path += &format!("&role_name={}", encode(name));
            }
            if let Some(external_id) = &self.external_id {
                path += &format!("&external_id={}", encode(external_id));
            }
            if let Some(trusted) = &self.trusted_account_id {
                path += &format!("&trusted_account_id={trusted}");
            }
            let documents: PolicyDocuments = client.get(&path).await?;
            output::line(match self.format {
                PolicyFormat::Json => &documents.json,
                PolicyFormat::Cloudformation => &documents.cloudformation,
                PolicyFormat::Terraform => &documents.terraform,
            })?;
            Ok(ExitCode::SUCCESS)
        })
        .await
    }
}
