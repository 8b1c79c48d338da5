//! The permission in a handler's signature. `Allowed<ViewInventory>` cannot be had without the
//! permission, so data behind it cannot be reached by forgetting a check.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use auth::{ActiveSession, Caller, Client};
use domain::{ErrorCode, OrganizationId, Permission, Scope, UserId};

use crate::error::{ApiError, ApiResult};
use crate::guard::{Visitor, Who};

/// A permission as a type.
pub trait Needs: 'static {
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident),+) => {$(
        pub struct $name;
        impl Needs for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

permissions!(
    ViewInventory,
    RunSync,
    SaveQueries,
    MakePlans,
    ApprovePlans,
    ManageAccounts,
    ManageMembers,
    ViewAudit,
    ManageInstallation
);

/// Somebody who is logged in, or the control socket.
pub struct LoggedIn {
    pub who: Who,
    caller: Arc<Caller>,
    pub client: Client,
}

impl LoggedIn {
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    pub fn session(&self) -> Option<&Arc<ActiveSession>> {
        match &self.who {
            Who::LoggedIn(session) => Some(session),
            _ => None,
        }
    }

    /// Who it is; the control socket is nobody in particular. `what` is what belongs to people.
    pub fn person(&self, what: &str) -> ApiResult<&UserId> {
        self.caller.user_id().ok_or_else(|| {
            let message = format!("{what} belong to people; log in as one");
            ApiError::new(ErrorCode::Forbidden, message)
        })
    }

    fn of(request: &HttpRequest) -> ApiResult<Self> {
        let (who, client) = visitor(request)?;
        let caller = match &who {
            Who::Anonymous => return Err(ErrorCode::NotAuthenticated.into()),
            Who::Ended => return Err(ErrorCode::SessionExpired.into()),
            Who::LoggedIn(session) => session.caller().clone(),
            Who::Control(caller) => caller.clone(),
        };
        Ok(Self {
            who,
            caller,
            client,
        })
    }
}

/// Somebody who holds a permission in at least one organization.
pub struct Allowed<P> {
    inner: LoggedIn,
    permission: PhantomData<P>,
}

impl<P: Needs> Allowed<P> {
    pub fn caller(&self) -> &Caller {
        &self.inner.caller
    }

    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    pub fn who(&self) -> &Who {
        &self.inner.who
    }

    /// As [`LoggedIn::person`].
    pub fn person(&self, what: &str) -> ApiResult<&UserId> {
        self.inner.person(what)
    }

    /// The organizations in which the caller holds the permission.
    pub fn scope(&self) -> Scope {
        self.caller().scope_for(P::PERMISSION)
    }

    /// Checks the permission in one organization. One the caller cannot see does not exist.
    pub fn within(&self, organization: &OrganizationId) -> ApiResult<()> {
        if !self.caller().scope().contains(organization) {
            return Err(ApiError::not_found("organization", organization));
        }
        Ok(self.caller().require(P::PERMISSION, Some(organization))?)
    }
}

impl From<auth::Denied> for ApiError {
    fn from(denied: auth::Denied) -> Self {
        Self::new(ErrorCode::Forbidden, denied.to_string())
    }
}

impl FromRequest for LoggedIn {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

impl<P: Needs> FromRequest for Allowed<P> {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(LoggedIn::of(request).and_then(|inner| {
            inner.caller.require(P::PERMISSION, None)?;
            Ok(Self {
                inner,
                permission: PhantomData,
            })
        }))
    }
}

/// Anyone at all; says where the request came from.
pub struct Anyone(pub Client);

impl FromRequest for Anyone {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user_agent = request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|text| text.chars().take(200).collect());
        ready(visitor(request).map(|(_, client)| {
            Self(Client {
                user_agent,
                ..client
            })
        }))
    }
}

fn visitor(request: &HttpRequest) -> ApiResult<(Who, Client)> {
    let extensions = request.extensions();
    let visitor = extensions
        .get::<Visitor>()
        .ok_or_else(|| ApiError::internal("a handler runs without the guard"))?;
    Ok((
        visitor.who.clone(),
        Client {
            ip: visitor.ip,
            user_agent: None,
        },
    ))
}
