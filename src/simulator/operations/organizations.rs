//! AWS Organizations, which answers the management account only.

use serde::Deserialize;
use serde_json::{Value, json};

use super::directories::with_token;
use super::input::{self, read};
use super::token::{Pager, Token};
use super::{Answer, Call};
use crate::clock::{DAY, Millis, epoch_seconds};
use crate::dice::hash;
use crate::wire::refusal::Refusal;
use crate::world::{SimAccount, World};

const PAGE: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub fn list_accounts(call: &Call<'_>) -> Answer {
    only_management(call)?;
    let input: Input = read(call)?;
    let limit = input
        .max_results
        .map_or(Ok(PAGE), |n| input::within(n, "maxResults", 1, 20))?;
    let pager = Pager::new(call, "ListAccounts", "", input.next_token.as_deref())
        .refusing_with(invalid_token);
    let after = pager.start()?.map(|token| token.after).unwrap_or_default();
    let world = call.world();
    let mut all: Vec<(&SimAccount, Millis, bool)> = world
        .accounts
        .values()
        .map(|account| (&account.about, account.joined, false))
        .collect();
    all.push((&world.management, world.clock.start() - 2400 * DAY, true));
    all.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    all.retain(|(about, ..)| about.id > after);
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(|(about, ..)| Token {
        after: about.id.clone(),
        left: None,
    });
    let next_token = pager.next(&mut all, next);
    let accounts: Vec<Value> = all
        .into_iter()
        .map(|(about, joined, own)| shape(world, about, joined, own))
        .collect();
    super::json(&with_token(json!({ "Accounts": accounts }), next_token))
}

pub fn describe_organization(call: &Call<'_>) -> Answer {
    let world = call.world();
    let management = &world.management;
    super::json(&json!({
        "Organization": {
            "Id": world.organization_id,
            "Arn": format!("arn:aws:organizations::{}:organization/{}", management.id, world.organization_id),
            "FeatureSet": "ALL",
            "MasterAccountArn": arn(world, &management.id),
            "MasterAccountId": management.id,
            "MasterAccountEmail": management.email,
            "AvailablePolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }],
        }
    }))
}

fn shape(world: &World, about: &SimAccount, joined: Millis, management: bool) -> Value {
    // Some clients were invited with an account they already had.
    let created = management || hash(&about.id).is_multiple_of(3);
    json!({
        "Id": about.id,
        "Arn": arn(world, &about.id),
        "Email": about.email,
        "Name": about.name,
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "JoinedMethod": if created { "CREATED" } else { "INVITED" },
        "JoinedTimestamp": epoch_seconds(joined),
    })
}

fn arn(world: &World, account: &str) -> String {
    format!(
        "arn:aws:organizations::{}:account/{}/{account}",
        world.management.id, world.organization_id
    )
}

fn only_management(call: &Call<'_>) -> Result<(), Refusal> {
    if call.caller.account == call.world().management.id {
        return Ok(());
    }
    Err(Refusal::new(
        "AccessDeniedException",
        "You don't have permissions to access this resource.",
    ))
}

fn invalid_token() -> Refusal {
    Refusal::new(
        "InvalidInputException",
        "You specified an invalid value for NextToken.",
    )
}
