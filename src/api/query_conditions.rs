//! Filters of the desktop list with an operator in their name: `state.not`, `user_name.contains`,
//! `last_connected_at.older_than_days`.

use domain::listing::{ListColumn, TextColumn, TimeColumn, WorkspaceCondition};

use crate::error::ApiResult;
use crate::query::{Query, invalid, upper};

const NONE_OF: &[(&str, ListColumn)] = &[
    ("state.not", ListColumn::State),
    ("running_mode.not", ListColumn::RunningMode),
    ("compute_type.not", ListColumn::ComputeType),
    ("account_id.not", ListColumn::Account),
    ("region.not", ListColumn::Region),
    ("directory_id.not", ListColumn::Directory),
    ("bundle_id.not", ListColumn::Bundle),
    ("user_name.not", ListColumn::User),
    ("operating_system.not", ListColumn::OperatingSystem),
    ("connection_state.not", ListColumn::Connection),
];

const CONTAINS: &[(&str, TextColumn)] = &[
    ("workspace_id.contains", TextColumn::Workspace),
    ("user_name.contains", TextColumn::User),
    ("computer_name.contains", TextColumn::Computer),
    ("ip_address.contains", TextColumn::Address),
];

/// One time's parameters: before, after, older than, newer than.
type TimeNames = [&'static str; 4];

const TIMES: &[(TimeNames, TimeColumn)] = &[
    (
        [
            "last_connected_at.before",
            "last_connected_at.after",
            "last_connected_at.older_than_days",
            "last_connected_at.newer_than_days",
        ],
        TimeColumn::LastConnected,
    ),
    (
        [
            "created_at.before",
            "created_at.after",
            "created_at.older_than_days",
            "created_at.newer_than_days",
        ],
        TimeColumn::Created,
    ),
];

/// A hundred years; more would leave the calendar.
const MOST_DAYS: u32 = 36_500;

impl Query {
    pub(crate) fn workspace_conditions(&mut self) -> ApiResult<Vec<WorkspaceCondition>> {
        let mut found = Vec::new();
        for (name, column) in NONE_OF {
            let values = self.many(name)?;
            if !values.is_empty() {
                found.push(WorkspaceCondition::NoneOf(
                    *column,
                    as_kept(*column, values),
                ));
            }
        }
        for (name, column) in CONTAINS {
            if let Some(text) = self.one::<String>(name)? {
                found.push(WorkspaceCondition::Contains(*column, text));
            }
        }
        for ([before, after, older, newer], column) in TIMES {
            if let Some(at) = self.one(before)? {
                found.push(WorkspaceCondition::Before(*column, at));
            }
            if let Some(at) = self.one(after)? {
                found.push(WorkspaceCondition::After(*column, at));
            }
            if let Some(days) = self.days(older)? {
                found.push(WorkspaceCondition::OlderThanDays(*column, days));
            }
            if let Some(days) = self.days(newer)? {
                found.push(WorkspaceCondition::NewerThanDays(*column, days));
            }
        }
        let tags = self.prefixed("not_tag.", "not_tag.KEY");
        found.extend(
            tags.into_iter()
                .map(|(key, value)| WorkspaceCondition::WithoutTag(key, value)),
        );
        Ok(found)
    }

    fn days(&mut self, name: &'static str) -> ApiResult<Option<u32>> {
        match self.one::<u32>(name)? {
            Some(days) if !(1..=MOST_DAYS).contains(&days) => {
                Err(invalid(name, &format!("it goes from 1 to {MOST_DAYS}")))
            }
            days => Ok(days),
        }
    }
}

/// AWS's constants are kept in capitals; names and ids as they are.
fn as_kept(column: ListColumn, values: Vec<String>) -> Vec<String> {
    match column {
        ListColumn::State
        | ListColumn::RunningMode
        | ListColumn::ComputeType
        | ListColumn::Connection => upper(values),
        _ => values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_stand_in_the_name() {
        let text = "state.not=stopped,ERROR&user_name.contains=ann&created_at.older_than_days=90\
                    &last_connected_at.before=2026-11-01&not_tag.Owner=&not_tag.Team=a";
        let mut query = Query::parse(text);
        let filter = query.workspace_filter().unwrap();
        query.finish().unwrap();
        assert_eq!(
            filter.conditions,
            [
                WorkspaceCondition::NoneOf(
                    ListColumn::State,
                    vec!["STOPPED".to_owned(), "ERROR".to_owned()]
                ),
                WorkspaceCondition::Contains(TextColumn::User, "ann".to_owned()),
                WorkspaceCondition::Before(
                    TimeColumn::LastConnected,
                    "2026-11-01T00:00:00Z".parse().unwrap()
                ),
                WorkspaceCondition::OlderThanDays(TimeColumn::Created, 90),
                WorkspaceCondition::WithoutTag("Owner".to_owned(), String::new()),
                WorkspaceCondition::WithoutTag("Team".to_owned(), "a".to_owned()),
            ]
        );
    }

    #[test]
    fn an_unknown_operator_or_number_is_refused() {
        let mut unknown = Query::parse("state.contains=x");
        unknown.workspace_filter().unwrap();
        assert!(unknown.finish().is_err());
        for wrong in [
            "created_at.older_than_days=0",
            "created_at.older_than_days=99999",
            "created_at.before=soon",
        ] {
            assert!(Query::parse(wrong).workspace_filter().is_err(), "{wrong}");
        }
    }
}
