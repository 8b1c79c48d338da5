//! From HTTP to a call and from an answer to bytes. Three protocols on one address, told apart as AWS does:
//! AWS JSON 1.1 by `X-Amz-Target`, RPC v2 CBOR by `Smithy-Protocol`, and the query protocol (STS) by its form body.

pub mod auth;
pub mod cbor;
pub mod handler;
pub mod refusal;

/// How a request was framed, and so how its answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Json,
    Cbor,
    Query,
}
