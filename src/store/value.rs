//! Values as they travel between Rust and the engine, without naming the engine. A type that can
//! be bound implements [`ToValue`]; one that can be read from a column implements [`FromValue`].

use std::borrow::Cow;
use std::str::FromStr;

use domain::usage::Month;
use domain::{
    AccountId, AlertId, JobId, Money, OrganizationId, PlanId, Region, ReportId, ReportScheduleId,
    SessionId, UserId, UtcTime, ViewId,
};

/// A value of one column or parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
    Blob(Cow<'a, [u8]>),
}

impl Value<'_> {
    #[must_use]
    pub fn text(text: impl Into<String>) -> Value<'static> {
        Value::Text(Cow::Owned(text.into()))
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::Text(_) => "text",
            Self::Blob(_) => "a blob",
        }
    }
}

/// Something that can be bound to a `$n`.
pub trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

/// Something a column can be read as; the error says what was found instead.
pub trait FromValue: Sized {
    fn from_value(value: Value<'_>) -> Result<Self, String>;
}

impl ToValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        match self {
            Value::Null => Value::Null,
            Value::Integer(number) => Value::Integer(*number),
            Value::Real(number) => Value::Real(*number),
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
        }
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        self.as_str().to_value()
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Text(text) => Ok(text.into_owned()),
            other => Err(format!("expected text, found {}", other.kind())),
        }
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(Cow::Borrowed(self))
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        self.as_slice().to_value()
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Blob(bytes) => Ok(bytes.into_owned()),
            other => Err(format!("expected a blob, found {}", other.kind())),
        }
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl ToValue for f64 {
    fn to_value(&self) -> Value<'_> {
        Value::Real(*self)
    }
}

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Real(number) => Ok(number),
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(number) => Ok(number as f64),
            other => Err(format!("expected a number, found {}", other.kind())),
        }
    }
}

impl ToValue for i64 {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Integer(number) => Ok(number),
            other => Err(format!("expected an integer, found {}", other.kind())),
        }
    }
}

/// Counts fit an `i64` many times over; a larger one is bound as its greatest value.
impl ToValue for u64 {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

impl ToValue for u32 {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

macro_rules! from_integer {
    ($($type:ty),+) => {$(
        impl FromValue for $type {
            fn from_value(value: Value<'_>) -> Result<Self, String> {
                let number = i64::from_value(value)?;
                Self::try_from(number).map_err(|_| format!("{number} is out of range"))
            }
        }
    )+};
}
from_integer!(u64, u32);

impl ToValue for UtcTime {
    fn to_value(&self) -> Value<'_> {
        Value::text(self.to_string())
    }
}

fn parsed<T: FromStr>(value: Value<'_>) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    let text = String::from_value(value)?;
    text.parse().map_err(|error: T::Err| error.to_string())
}

impl ToValue for Month {
    fn to_value(&self) -> Value<'_> {
        Value::text(self.to_string())
    }
}

impl FromValue for Month {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        parsed(value)
    }
}

impl ToValue for Money {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(self.micros())
    }
}

impl FromValue for Money {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        i64::from_value(value).map(Self::from_micros)
    }
}

impl FromValue for UtcTime {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        parsed(value)
    }
}

impl FromValue for AccountId {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        parsed(value)
    }
}

impl FromValue for Region {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        parsed(value)
    }
}

macro_rules! bound_as_text {
    ($($type:ty),+) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> Value<'_> {
                self.as_str().to_value()
            }
        }
    )+};
}
bound_as_text!(
    AccountId,
    Region,
    OrganizationId,
    UserId,
    SessionId,
    JobId,
    AlertId,
    PlanId,
    ReportId,
    ReportScheduleId,
    ViewId
);

macro_rules! uuid_from_text {
    ($($type:ty),+) => {$(
        impl FromValue for $type {
            fn from_value(value: Value<'_>) -> Result<Self, String> {
                String::from_value(value).map(Self::from_text)
            }
        }
    )+};
}
uuid_from_text!(
    OrganizationId,
    UserId,
    SessionId,
    JobId,
    AlertId,
    PlanId,
    ReportId,
    ReportScheduleId,
    ViewId
);

/// A JSON text column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: serde::Serialize> ToValue for Json<T> {
    fn to_value(&self) -> Value<'_> {
        // Our own types serialise; a map with keys that are no strings is the only failure.
        Value::text(serde_json::to_string(&self.0).unwrap_or_else(|_| "null".to_owned()))
    }
}

impl<T: serde::de::DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Value<'_>) -> Result<Self, String> {
        match value {
            Value::Text(text) => serde_json::from_str(&text)
                .map(Json)
                .map_err(|error| format!("JSON: {error}")),
            other => Err(format!("expected JSON text, found {}", other.kind())),
        }
    }
}
