//! Cost Explorer's filters: which lines of an invoice a request is about.

use serde::Deserialize;

use crate::bill::{Line, TAX};
use crate::wire::refusal::Refusal;

/// Exactly one of its members is there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Expression {
    and: Option<Vec<Expression>>,
    or: Option<Vec<Expression>>,
    not: Option<Box<Expression>>,
    dimensions: Option<Condition>,
    tags: Option<serde_json::Value>,
    cost_categories: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Condition {
    key: Option<String>,
    values: Option<Vec<String>>,
    match_options: Option<Vec<String>>,
}

/// What can be filtered and grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Service,
    UsageType,
    Region,
    LinkedAccount,
    RecordType,
    ResourceId,
}

/// The dimensions AWS has beside those that are simulated.
const OTHERS: &[&str] = &[
    "AZ",
    "INSTANCE_TYPE",
    "LINKED_ACCOUNT_NAME",
    "OPERATION",
    "PURCHASE_TYPE",
    "USAGE_TYPE_GROUP",
    "OPERATING_SYSTEM",
    "TENANCY",
    "SCOPE",
    "PLATFORM",
    "SUBSCRIPTION_ID",
    "LEGAL_ENTITY_NAME",
    "DEPLOYMENT_OPTION",
    "DATABASE_ENGINE",
    "CACHE_ENGINE",
    "INSTANCE_TYPE_FAMILY",
    "BILLING_ENTITY",
    "RESERVATION_ID",
    "INVOICING_ENTITY",
];

impl Dimension {
    /// `by_resource` where the operation knows resources.
    pub fn parse(name: &str, by_resource: bool) -> Result<Self, Refusal> {
        Ok(match name {
            "SERVICE" => Self::Service,
            "USAGE_TYPE" => Self::UsageType,
            "REGION" => Self::Region,
            "LINKED_ACCOUNT" => Self::LinkedAccount,
            "RECORD_TYPE" => Self::RecordType,
            "RESOURCE_ID" if by_resource => Self::ResourceId,
            "RESOURCE_ID" => {
                return Err(Refusal::validation("Dimension RESOURCE_ID is not allowed."));
            }
            other if OTHERS.contains(&other) => {
                return Err(Refusal::validation(format!(
                    "Dimension {other} is not simulated."
                )));
            }
            other => {
                return Err(Refusal::validation(format!(
                    "Dimension {other} is not valid."
                )));
            }
        })
    }

    /// The line's value. A resource is known by its ARN.
    pub fn of(self, line: &Line<'_>, account: &str) -> String {
        match self {
            Self::Service => line.service.to_owned(),
            Self::UsageType => line.usage_type.to_owned(),
            Self::Region => line.region.to_owned(),
            Self::LinkedAccount => account.to_owned(),
            Self::RecordType if line.service == TAX => "Tax".to_owned(),
            Self::RecordType => "Usage".to_owned(),
            Self::ResourceId => line.resource.map_or_else(
                || "NoResourceId".to_owned(),
                |id| {
                    format!(
                        "arn:aws:workspaces:{}:{account}:workspace/{id}",
                        line.region
                    )
                },
            ),
        }
    }
}

/// A filter that passed.
#[derive(Debug)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Is(Dimension, Vec<String>),
}

impl Filter {
    pub fn of(expression: Expression, by_resource: bool) -> Result<Self, Refusal> {
        if expression.tags.is_some() || expression.cost_categories.is_some() {
            return Err(Refusal::validation(
                "Tags and cost categories are not simulated.",
            ));
        }
        let several = |operator: &str, operands: Vec<Expression>| {
            if operands.len() < 2 {
                return Err(Refusal::validation(format!(
                    "Expression {operator} must have at least two operands."
                )));
            }
            operands
                .into_iter()
                .map(|operand| Self::of(operand, by_resource))
                .collect::<Result<Vec<Self>, Refusal>>()
        };
        match expression {
            Expression {
                and: Some(operands),
                or: None,
                not: None,
                dimensions: None,
                ..
            } => Ok(Self::All(several("And", operands)?)),
            Expression {
                and: None,
                or: Some(operands),
                not: None,
                dimensions: None,
                ..
            } => Ok(Self::Any(several("Or", operands)?)),
            Expression {
                and: None,
                or: None,
                not: Some(operand),
                dimensions: None,
                ..
            } => Ok(Self::Not(Box::new(Self::of(*operand, by_resource)?))),
            Expression {
                and: None,
                or: None,
                not: None,
                dimensions: Some(condition),
                ..
            } => condition.checked(by_resource),
            _ => Err(Refusal::validation(
                "An expression must have exactly one of And, Or, Not, Dimensions, Tags and CostCategories.",
            )),
        }
    }

    pub fn admits(&self, line: &Line<'_>, account: &str) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.admits(line, account)),
            Self::Any(filters) => filters.iter().any(|filter| filter.admits(line, account)),
            Self::Not(filter) => !filter.admits(line, account),
            Self::Is(Dimension::Service, values) => {
                values.iter().any(|value| value == line.service)
            }
            Self::Is(dimension, values) => values.contains(&dimension.of(line, account)),
        }
    }

    /// Whether it names services that are wanted, as requests about resources must.
    pub fn names_service(&self) -> bool {
        match self {
            Self::All(filters) => filters.iter().any(Self::names_service),
            Self::Any(filters) => filters.iter().all(Self::names_service),
            Self::Not(_) => false,
            Self::Is(dimension, _) => *dimension == Dimension::Service,
        }
    }
}

impl Condition {
    fn checked(self, by_resource: bool) -> Result<Filter, Refusal> {
        let key = self
            .key
            .ok_or_else(|| Refusal::validation("Dimensions must have a Key."))?;
        let dimension = Dimension::parse(&key, by_resource)?;
        if let Some(option) = self
            .match_options
            .into_iter()
            .flatten()
            .find(|option| option != "EQUALS" && option != "CASE_SENSITIVE")
        {
            return Err(Refusal::validation(format!(
                "MatchOptions {option} is not supported for dimension {key}."
            )));
        }
        match self.values {
            Some(values) if !values.is_empty() => Ok(Filter::Is(dimension, values)),
            _ => Err(Refusal::validation(format!(
                "Dimension {key} must have at least one value."
            ))),
        }
    }
}
