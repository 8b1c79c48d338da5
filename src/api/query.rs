//! Query parameters: `Query` hands them out by name and then refuses whatever nobody asked for, so
//! that a misspelt filter is an error and not a longer list.

use std::fmt::Display;
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::listing::{DEFAULT_LIMIT, MAX_LIMIT, PageRequest, Sort, WorkspaceFilter};
use domain::{ErrorCode, OrganizationId, Scope};
use store::StockFilter;

use crate::error::{ApiError, ApiResult};

#[derive(Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
}

impl FromRequest for Query {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::parse(request.query_string())))
    }
}

impl Query {
    pub fn parse(text: &str) -> Self {
        Self {
            pairs: form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
            known: Vec::new(),
        }
    }

    fn take(&mut self, name: &'static str) -> Vec<String> {
        self.known.push(name);
        let taken = self.pairs.extract_if(.., |(key, _)| key == name);
        taken
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// A parameter that may be given once; an empty one counts as absent.
    pub fn one<T>(&mut self, name: &'static str) -> ApiResult<Option<T>>
    where
        T: FromStr<Err: Display>,
    {
        let values = self.take(name);
        match values.as_slice() {
            [] => Ok(None),
            [value] => parse_value(name, value).map(Some),
            _ => Err(invalid(name, "give it once")),
        }
    }

    /// A parameter that may be repeated or hold alternatives separated by commas.
    pub fn many<T>(&mut self, name: &'static str) -> ApiResult<Vec<T>>
    where
        T: FromStr<Err: Display>,
    {
        let values = self.take(name);
        let parts = values.iter().flat_map(|value| value.split(','));
        parts
            .filter(|part| !part.is_empty())
            .map(|part| parse_value(name, part))
            .collect()
    }

    /// `true` or `false`; the bare name means true.
    pub fn flag(&mut self, name: &'static str) -> ApiResult<Option<bool>> {
        self.known.push(name);
        let values: Vec<_> = self.pairs.extract_if(.., |(key, _)| key == name).collect();
        match values.as_slice() {
            [] => Ok(None),
            [(_, value)] => match value.as_str() {
                "" | "true" | "1" => Ok(Some(true)),
                "false" | "0" => Ok(Some(false)),
                _ => Err(invalid(name, "say true or false")),
            },
            _ => Err(invalid(name, "give it once")),
        }
    }

    pub fn organization(&mut self) -> ApiResult<Option<OrganizationId>> {
        Ok(self
            .one::<String>("organization_id")?
            .map(OrganizationId::from_text))
    }

    /// `scope`, narrowed by `organization_id` where the caller asks for it.
    pub fn narrow(&mut self, scope: Scope) -> ApiResult<Scope> {
        Ok(match self.organization()? {
            Some(id) => scope.narrowed_to(&id),
            None => scope,
        })
    }

    pub fn sort(&mut self) -> ApiResult<Option<Sort>> {
        Ok(self.one::<String>("sort")?.map(|text| Sort::parse(&text)))
    }

    pub fn page(&mut self) -> ApiResult<PageRequest> {
        let limit = self.one::<u32>("limit")?.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(invalid("limit", &format!("it goes from 1 to {MAX_LIMIT}")));
        }
        Ok(PageRequest {
            limit,
            cursor: self.one("cursor")?,
            sort: self.sort()?,
        })
    }

    /// The filters of directories and bundles, but for the organization.
    pub fn stock_filter(&mut self) -> ApiResult<StockFilter> {
        Ok(StockFilter {
            q: self.one("q")?,
            account_id: self.many("account_id")?,
            region: self.many("region")?,
        })
    }

    /// The filters of the desktop list. `organization_id` is left to [`WorkspaceFilter`], which
    /// takes several.
    pub fn workspace_filter(&mut self) -> ApiResult<WorkspaceFilter> {
        Ok(WorkspaceFilter {
            tags: self.prefixed("tag.", "tag.KEY"),
            conditions: self.workspace_conditions()?,
            state: upper(self.many("state")?),
            running_mode: upper(self.many("running_mode")?),
            compute_type: upper(self.many("compute_type")?),
            account_id: self.many("account_id")?,
            organization_id: self
                .many::<String>("organization_id")?
                .into_iter()
                .map(OrganizationId::from_text)
                .collect(),
            region: self.many("region")?,
            directory_id: self.many("directory_id")?,
            bundle_id: self.many("bundle_id")?,
            user_name: self.many("user_name")?,
            operating_system: self.many("operating_system")?,
            connection_state: upper(self.many("connection_state")?),
            last_connected_before: self.one("last_connected_before")?,
            never_connected: self.flag("never_connected")?,
            q: self.one("q")?,
            include_gone: self.flag("include_gone")?.unwrap_or(false),
        })
    }

    /// Parameters named by what follows `prefix`.
    pub(crate) fn prefixed(&mut self, prefix: &str, shown: &'static str) -> Vec<(String, String)> {
        self.known.push(shown);
        let found = self
            .pairs
            .extract_if(.., |(key, _)| key.starts_with(prefix));
        found
            .map(|(key, value)| (key[prefix.len()..].to_owned(), value))
            .collect()
    }

    /// Refuses what is left over.
    pub fn finish(self) -> ApiResult<()> {
        let Some((name, _)) = self.pairs.first() else {
            return Ok(());
        };
        let known = if self.known.is_empty() {
            "this address takes no parameters".to_owned()
        } else {
            format!("known here: {}", self.known.join(", "))
        };
        Err(ApiError::new(
            ErrorCode::InvalidFilter,
            format!("unknown parameter {name:?}; {known}"),
        ))
    }
}

/// AWS writes these values in capitals; people may not.
pub(crate) fn upper(values: Vec<String>) -> Vec<String> {
    values
        .into_iter()
        .map(|value| value.to_uppercase())
        .collect()
}

fn parse_value<T: FromStr<Err: Display>>(name: &str, text: &str) -> ApiResult<T> {
    text.parse()
        .map_err(|error: T::Err| invalid(name, &error.to_string()))
}

pub(crate) fn invalid(name: &str, why: &str) -> ApiError {
    ApiError::new(
        ErrorCode::InvalidFilter,
        format!("parameter {name:?}: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_come_repeated_or_with_commas() {
        let mut query = Query::parse("state=available,STOPPED&state=ERROR&tag.Team=a%2Cb&tag.X=");
        let filter = query.workspace_filter().unwrap();
        assert_eq!(filter.state, ["AVAILABLE", "STOPPED", "ERROR"]);
        let tags = [("Team", "a,b"), ("X", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(filter.tags, tags);
        query.finish().unwrap();
    }

    #[test]
    fn unknown_parameters_and_values_are_refused_by_name() {
        let mut query = Query::parse("stat=x");
        query.workspace_filter().unwrap();
        let error = query.finish().unwrap_err().to_string();
        assert!(
            error.contains("\"stat\"") && error.contains("state"),
            "{error}"
        );
        for wrong in ["limit=0", "limit=501", "limit=x", "limit=1&limit=2"] {
            let error = Query::parse(wrong).page().unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidFilter, "{wrong}");
        }
        for wrong in ["region=eu-west-9", "account_id=1", "never_connected=maybe"] {
            assert!(Query::parse(wrong).workspace_filter().is_err(), "{wrong}");
        }
    }

    #[test]
    fn organization_id_never_widens() {
        let mine = OrganizationId::from_text("a");
        let mut query = Query::parse("organization_id=b");
        let scope = query.narrow(Scope::Organizations([mine].into())).unwrap();
        assert_eq!(scope, Scope::Organizations([].into()));
    }
}
