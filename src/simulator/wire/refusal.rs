//! An error as AWS words it, and its three shapes on the wire.

use std::borrow::Cow;

use super::{Protocol, cbor};
use crate::operations::sts;

#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: String,
}

impl Refusal {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: code.into(),
            message: message.into(),
        }
    }

    pub fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValuesException", message)
    }

    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// AWS's sentence for a member that is out of bounds.
    pub fn constraint(value: &str, member: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
        ))
    }

    pub fn body(&self, protocol: Protocol, request_id: &str) -> Vec<u8> {
        let json = serde_json::json!({ "__type": self.code, "message": self.message });
        match protocol {
            Protocol::Json => json.to_string().into_bytes(),
            Protocol::Cbor => cbor::encode(&json),
            Protocol::Query => sts::error_xml(self, request_id).into_bytes(),
        }
    }

    /// STS has other names and other statuses for the errors every service shares.
    pub fn for_query(mut self) -> Self {
        let (code, status) = match &*self.code {
            "AccessDeniedException" => ("AccessDenied", 403),
            "UnrecognizedClientException" => ("InvalidClientTokenId", 403),
            "ExpiredTokenException" => ("ExpiredToken", 403),
            "MissingAuthenticationTokenException" => ("MissingAuthenticationToken", 403),
            "IncompleteSignatureException" => ("IncompleteSignature", 400),
            "ThrottlingException" => ("Throttling", 400),
            "ValidationException" => ("ValidationError", 400),
            "InternalServerException" => ("InternalFailure", 500),
            "UnknownOperationException" => ("InvalidAction", 400),
            _ => return self,
        };
        self.code = code.into();
        self.status = status;
        self
    }
}
