//! An error as AWS words it, and its three shapes on the wire.

use std::borrow::Cow;

use super::{Protocol, cbor};
use crate::faults::OperationError;
use crate::operations::sts;

#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: String,
}

impl From<&OperationError> for Refusal {
    fn from(error: &OperationError) -> Self {
        Self {
            status: error.status,
            code: error.code.clone().into(),
            message: error.message.clone(),
        }
    }
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

    /// The code as CloudTrail writes it.
    pub fn trail_code(&self) -> String {
        match &*self.code {
            "AccessDeniedException" => "AccessDenied".to_owned(),
            other => other.to_owned(),
        }
    }

    /// Code and fault, for clients that came from the query protocol.
    pub fn query_error(&self) -> String {
        let refusal = self.clone().for_query();
        let fault = if self.status < 500 {
            "Sender"
        } else {
            "Receiver"
        };
        format!("{};{fault}", refusal.code)
    }

    /// STS and CloudWatch have other names for the errors every service shares, STS other statuses as well.
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
