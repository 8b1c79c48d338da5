//! The SQL of an understood question. Literals are values found in the data, numbers and times;
//! `conditions.rs` quotes them.

use super::conditions::{condition, number, quoted, sign};
use super::fields::{Entity, Field};
use super::label::side_name;
use super::query::{Bucket, By, Comparison, Dimension, Filter, Query, Shape, Test};

pub(super) fn select(query: &Query) -> String {
    Builder {
        now: query.now.to_string(),
        query,
    }
    .select()
}

struct Builder<'a> {
    query: &'a Query,
    now: String,
}

/// An expression and what its column is called.
type Output = (String, String);

impl Builder<'_> {
    fn select(&self) -> String {
        let query = self.query;
        if let (Shape::CountDistinct(dimension), Some((comparison, value)), true) =
            (&query.shape, query.having, query.groups.is_empty())
        {
            return self.groups_counted(dimension, comparison, value);
        }
        let mut columns: Vec<Output> = Vec::new();
        for group in &query.groups {
            columns.extend(self.outputs(group));
        }
        let grouped = columns.len();
        let distinct = self.measures(&mut columns);
        let mut sql = String::from(if distinct {
            "SELECT DISTINCT "
        } else {
            "SELECT "
        });
        let written: Vec<String> = columns
            .iter()
            .map(|(expression, name)| {
                if expression == name {
                    name.clone()
                } else {
                    format!("{expression} AS {name}")
                }
            })
            .collect();
        sql.push_str(&written.join(", "));
        sql.push_str(&format!(" FROM {}", query.entity.view()));
        let conditions = self.conditions();
        if !conditions.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&conditions.join(" AND "));
        }
        if grouped > 0 {
            let ordinals: Vec<String> = (1..=grouped).map(|at| at.to_string()).collect();
            sql.push_str(&format!(" GROUP BY {}", ordinals.join(", ")));
            if let Some((comparison, value)) = query.having {
                let measure = &columns[grouped].0;
                sql.push_str(&format!(
                    " HAVING {measure} {} {}",
                    sign(comparison),
                    number(value)
                ));
            }
        }
        if let Some(order) = self.order(&columns, grouped) {
            sql.push_str(&format!(" ORDER BY {order}"));
        }
        if let Some(limit) = query.limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        sql
    }

    /// The guarded door lets `count(*)` through only where the view reads a column besides, which
    /// those over one table need not.
    fn rows_counted(&self) -> String {
        match self.query.entity {
            Entity::Organization | Entity::Alert | Entity::Job => {
                format!("count({})", self.query.entity.key().name())
            }
            _ => "count(*)".into(),
        }
    }

    /// How many groups have that many rows.
    fn groups_counted(&self, dimension: &Dimension, comparison: Comparison, value: f64) -> String {
        let (expression, name) = self.identity(dimension);
        let mut conditions = self.conditions();
        conditions.push(format!("{expression} IS NOT NULL"));
        conditions.dedup();
        format!(
            "SELECT count(*) AS number_of_{} FROM (SELECT {expression} FROM {} WHERE {} GROUP BY 1 \
             HAVING count(*) {} {})",
            plural(&name),
            self.query.entity.view(),
            conditions.join(" AND "),
            sign(comparison),
            number(value)
        )
    }

    /// Adds what is selected beside the groups; true when rows are to be distinct.
    fn measures(&self, columns: &mut Vec<Output>) -> bool {
        let query = self.query;
        let things = query.entity.words().1.replace(' ', "_");
        match &query.shape {
            Shape::Count => {
                let counted = self.rows_counted();
                if let (Some((comparison, value)), true) = (query.having, query.groups.is_empty()) {
                    let answer = format!("{counted} {} {}", sign(comparison), number(value));
                    let asked = format!("{}_{}", compared(comparison), number(value));
                    columns.push((counted, things));
                    columns.push((answer, asked.replace(['.', '-'], "_")));
                } else {
                    columns.push((counted, things));
                }
            }
            Shape::CountDistinct(dimension) => {
                let (expression, name) = self.identity(dimension);
                columns.push((
                    format!("count(DISTINCT {expression})"),
                    format!("number_of_{}", plural(&name)),
                ));
                // One who is connected twice is one user on two desktops.
                if name == "user_name" && self.filters_connections() {
                    columns.push((self.rows_counted(), things));
                }
            }
            Shape::Distinct(dimensions) => {
                for dimension in dimensions {
                    columns.extend(self.outputs(dimension));
                }
                return true;
            }
            Shape::Total(field) => self.aggregate(columns, "sum", "total", *field),
            Shape::Average(field) => {
                let expression = format!("round(avg({}), 2)", self.field(*field));
                columns.push((expression, format!("average_{}", field.name())));
            }
            Shape::Lowest(field) if field.is_time() => {
                self.aggregate(columns, "min", "first", *field);
            }
            Shape::Highest(field) if field.is_time() => {
                self.aggregate(columns, "max", "latest", *field);
            }
            Shape::Range(field) => {
                let (first, last) = if field.is_time() {
                    ("first", "latest")
                } else {
                    ("lowest", "highest")
                };
                self.aggregate(columns, "min", first, *field);
                self.aggregate(columns, "max", last, *field);
            }
            Shape::Lowest(field) => self.aggregate(columns, "min", "lowest", *field),
            Shape::Highest(field) => self.aggregate(columns, "max", "highest", *field),
            Shape::Share(part) => {
                let tests: Vec<String> = part.iter().map(|test| self.condition(test)).collect();
                let matching = format!("sum(CASE WHEN {} THEN 1 ELSE 0 END)", tests.join(" AND "));
                columns.push((
                    format!("round(100.0 * {matching} / nullif(count(*), 0), 1)"),
                    "percent".into(),
                ));
                columns.push((format!("coalesce({matching}, 0)"), "matching".into()));
                columns.push(("count(*)".into(), "total".into()));
            }
            Shape::Split => {
                columns.push(("count(*)".into(), things));
                columns.push((
                    "round(100.0 * count(*) / sum(count(*)) OVER (), 1)".into(),
                    "percent".into(),
                ));
            }
            Shape::Difference { of, sides, ratio } => {
                let amount = of.map_or("1".to_owned(), |field| self.field(field));
                let figures: Vec<Output> = sides
                    .iter()
                    .map(|side| {
                        let figure = format!(
                            "coalesce(sum(CASE WHEN {} THEN {amount} ELSE 0 END), 0)",
                            self.condition(side)
                        );
                        (figure, identifier(&side_name(side).unwrap_or_default()))
                    })
                    .collect();
                let (first, second) = (&figures[0].0, &figures[1].0);
                columns.push(if *ratio {
                    let ratio = format!("round(1.0 * {first} / nullif({second}, 0), 2)");
                    (ratio, "ratio".into())
                } else {
                    (format!("{first} - {second}"), "difference".into())
                });
                columns.extend(figures);
            }
            Shape::Each(dimension, periods) => {
                let (expression, name) = self.identity(dimension);
                let counted = match periods {
                    Some(periods) => number(*periods),
                    None => format!("count(DISTINCT {expression})"),
                };
                let rows = self.rows_counted();
                columns.push((
                    format!("round(1.0 * {rows} / nullif({counted}, 0), 2)"),
                    format!("average_{things}"),
                ));
                columns.push((rows, things));
                columns.push((counted, format!("number_of_{}", plural(&name))));
            }
            Shape::List => {
                for field in self.listed() {
                    columns.push((self.field(field), field.name().to_owned()));
                }
                for dimension in &query.show {
                    if let Dimension::Tag(_) = dimension {
                        columns.extend(self.outputs(dimension));
                    }
                }
            }
        }
        false
    }

    fn filters_connections(&self) -> bool {
        self.query.filters.iter().any(|filter| {
            matches!(
                filter.field(),
                Some(Field::ConnectionState | Field::LastConnectedAt)
            )
        })
    }

    fn aggregate(&self, columns: &mut Vec<Output>, function: &str, word: &str, field: Field) {
        columns.push((
            format!("{function}({})", self.field(field)),
            format!("{word}_{}", field.name()),
        ));
    }

    /// The columns of a list: what names the row, what was asked for, what was filtered on.
    fn listed(&self) -> Vec<Field> {
        let query = self.query;
        let mut fields: Vec<Field> = Vec::new();
        let mut add = |field: Field| {
            if !fields.contains(&field) && field.sql(query.entity, &self.now).is_some() {
                fields.push(field);
            }
        };
        add(query.entity.key());
        for dimension in &query.show {
            if let Some(field) = dimension.field() {
                add(field);
            }
        }
        if let Some(By::Field(field)) = query.order.map(|order| order.by) {
            add(field);
        }
        for field in query.entity.columns() {
            add(*field);
        }
        for filter in &query.filters {
            for field in named(filter) {
                add(field);
            }
        }
        fields
    }

    fn field(&self, field: Field) -> String {
        field
            .sql(self.query.entity, &self.now)
            .unwrap_or_else(|| "NULL".to_owned())
    }

    /// What tells one of these from another.
    fn identity(&self, dimension: &Dimension) -> Output {
        match dimension {
            Dimension::Field(Field::AccountName)
                if Field::AccountId.is_column(self.query.entity) =>
            {
                ("account_id".into(), "account".into())
            }
            // Bundles and directories of several accounts share names.
            Dimension::Field(Field::BundleName) if Field::BundleId.is_column(self.query.entity) => {
                ("bundle_id".into(), "bundle".into())
            }
            Dimension::Field(Field::DirectoryName)
                if Field::DirectoryId.is_column(self.query.entity) =>
            {
                ("directory_id".into(), "directory".into())
            }
            other => self.outputs(other).swap_remove(0),
        }
    }

    fn outputs(&self, dimension: &Dimension) -> Vec<Output> {
        match dimension {
            Dimension::Field(Field::AccountName)
                if Field::AccountId.is_column(self.query.entity) =>
            {
                vec![
                    (self.field(Field::AccountName), "account_name".into()),
                    ("account_id".into(), "account_id".into()),
                ]
            }
            Dimension::Field(field) => vec![(self.field(*field), field.name().into())],
            Dimension::Tag(key) => {
                let view = self.query.entity.view();
                vec![(
                    format!(
                        "(SELECT t.tag_value FROM workspace_tags t WHERE t.workspace_id = \
                         {view}.workspace_id AND t.account_id = {view}.account_id \
                         AND t.tag_key = {})",
                        quoted(key)
                    ),
                    identifier(key),
                )]
            }
            Dimension::Time(field, bucket) => {
                let column = self.field(*field);
                let (expression, name) = match bucket {
                    Bucket::Hour => (format!("substr({column}, 1, 13)"), "hour"),
                    Bucket::Day => (format!("substr({column}, 1, 10)"), "day"),
                    Bucket::Week => (format!("strftime('%Y-W%W', {column})"), "week"),
                    Bucket::Month => (format!("substr({column}, 1, 7)"), "month"),
                    Bucket::Year => (format!("substr({column}, 1, 4)"), "year"),
                };
                vec![(expression, name.into())]
            }
            Dimension::Sides(sides) => {
                let cases: Vec<String> = sides
                    .iter()
                    .map(|side| {
                        let name = side_name(side).unwrap_or_default();
                        format!("WHEN {} THEN {}", self.condition(side), quoted(&name))
                    })
                    .collect();
                vec![(format!("CASE {} END", cases.join(" ")), "compared".into())]
            }
        }
    }

    fn order(&self, columns: &[Output], grouped: usize) -> Option<String> {
        let query = self.query;
        let direction = |descending: bool| if descending { "DESC" } else { "ASC" };
        if let Some(order) = query.order {
            let way = direction(order.descending);
            let key = |by: String| match query.shape {
                Shape::List if by != query.entity.key().name() => {
                    format!("{by} {way}, {}", query.entity.key().name())
                }
                _ => format!("{by} {way}"),
            };
            return Some(match order.by {
                By::Measure if grouped > 0 => format!("{} {way}, 1", columns[grouped].1),
                By::Measure => return None,
                By::Field(field) => key(field.name().to_owned()),
                By::Groups => format!("1 {way}"),
            });
        }
        match &query.shape {
            Shape::List => Some(query.entity.key().name().to_owned()),
            Shape::Distinct(_) => Some("1".to_owned()),
            _ if grouped == 0 => None,
            _ if matches!(query.groups[0], Dimension::Time(..)) => Some("1".to_owned()),
            _ => Some(format!("{} DESC, 1", columns[grouped].1)),
        }
    }

    fn conditions(&self) -> Vec<String> {
        let query = self.query;
        let mut found: Vec<String> = Vec::new();
        for filter in &query.filters {
            found.push(self.condition(filter));
        }
        // The rarest compute type is not having none.
        let ranked =
            query.limit.is_some() && query.order.is_some_and(|order| order.by == By::Measure);
        let empty = |field: Field| {
            may_be_absent(field) || ranked && may_be_unknown(field) && field.is_column(query.entity)
        };
        let mut present = |dimension: &Dimension| match dimension {
            Dimension::Tag(key) => found.push(self.condition(&Filter::new(Test::Tagged {
                key: Some(key.clone()),
                values: Vec::new(),
            }))),
            Dimension::Field(field) | Dimension::Time(field, _) if empty(*field) => {
                found.push(format!("{} IS NOT NULL", self.field(*field)));
            }
            _ => {}
        };
        query.groups.iter().for_each(&mut present);
        if let Shape::Each(dimension, _) = &query.shape {
            present(dimension);
        }
        if let Shape::Distinct(dimensions) = &query.shape {
            dimensions.iter().for_each(&mut present);
        }
        if let (Shape::List, Some(By::Field(field)), Some(_)) =
            (&query.shape, query.order.map(|order| order.by), query.limit)
            && field.is_column(query.entity)
        {
            found.push(format!("{} IS NOT NULL", field.name()));
        }
        found.dedup();
        found
    }

    fn condition(&self, filter: &Filter) -> String {
        condition(filter, self.query.entity, &self.now)
    }
}

/// What a column is called that says whether a number is reached.
fn compared(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Above => "more_than",
        Comparison::AtLeast | Comparison::Between => "at_least",
        Comparison::Below => "fewer_than",
        Comparison::AtMost => "at_most",
        Comparison::Equal => "exactly",
    }
}

/// A column's name as SQL writes it.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\"").replace('\0', ""))
}

fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if name.ends_with('s') => name.to_owned(),
        _ => format!("{}s", name.trim_matches('"').trim_end_matches("_name")),
    }
}

/// The fields a filter looks at.
fn named(filter: &Filter) -> Vec<Field> {
    match &filter.test {
        Test::Any(parts) | Test::All(parts) => parts.iter().flat_map(named).collect(),
        Test::Tagged { .. } => vec![Field::Tags],
        Test::Fields { left, right, .. } => vec![*left, *right],
        Test::Has { .. } | Test::LastRun { .. } => Vec::new(),
        _ => filter.field().into_iter().collect(),
    }
}

/// Fields that stand empty for a row to which they do not apply: no group of their own.
fn may_be_absent(field: Field) -> bool {
    matches!(
        field,
        Field::UserName
            | Field::ErrorCode
            | Field::LastConnectedAt
            | Field::DeletedAt
            | Field::TerminatedAt
            | Field::MissingSince
            | Field::ClosedAt
            | Field::CompletedAt
            | Field::FinishedAt
            | Field::StartedAt
            | Field::AutoStop
            | Field::RequestedBy
            | Field::Error
            | Field::DisplayName
    )
}

/// Fields that stand empty for a few rows, which then are a group of their own.
fn may_be_unknown(field: Field) -> bool {
    matches!(
        field,
        Field::ComputeType
            | Field::RunningMode
            | Field::OperatingSystem
            | Field::BundleName
            | Field::DirectoryName
            | Field::ConnectionState
    )
}
