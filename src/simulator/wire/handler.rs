//! The one HTTP handler: finds out who calls what, lets the faults have their turn, runs the operation and frames
//! the answer.

use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::auth::{self, Caller};
use super::refusal::Refusal;
use super::{Protocol, cbor};
use crate::clock;
use crate::dice::{hash, mix};
use crate::faults::AccountFaults;
use crate::operations::{self, Answer, Body, Call, Operation};
use crate::server::Simulator;
use crate::throttle::Throttle;
use crate::trail::{self, Event, Who};

/// What is framed for the wire: the body, and whether it must break off.
struct Outcome {
    body: Vec<u8>,
    cut: bool,
}

pub async fn handle(request: HttpRequest, body: Bytes, simulator: Data<Simulator>) -> HttpResponse {
    let request_id = Uuid::now_v7().to_string();
    let protocol = protocol(&request);
    match answer(&request, &body, &simulator, protocol, &request_id).await {
        Ok(outcome) => respond(protocol, 200, &request_id, outcome),
        Err(refusal) => {
            let refusal = if protocol == Protocol::Query {
                refusal.for_query()
            } else {
                refusal
            };
            tracing::debug!(request_id, code = %refusal.code, "simulated AWS refuses: {}", refusal.message);
            let body = refusal.body(protocol, &request_id);
            let mut response = respond(
                protocol,
                refusal.status,
                &request_id,
                Outcome { body, cut: false },
            );
            let headers = response.headers_mut();
            if let Ok(code) = refusal.code.parse() {
                headers.insert(HeaderName::from_static("x-amzn-errortype"), code);
            }
            // CloudWatch's older clients know its errors by the names of the query protocol, and say so.
            if request.headers().contains_key("x-amzn-query-mode")
                && let Ok(code) = refusal.query_error().parse()
            {
                headers.insert(HeaderName::from_static("x-amzn-query-error"), code);
            }
            response
        }
    }
}

async fn answer(
    request: &HttpRequest,
    body: &Bytes,
    simulator: &Simulator,
    protocol: Protocol,
    request_id: &str,
) -> Result<Outcome, Refusal> {
    let parts = simulator.parts();
    if !parts.config.latency.is_zero() {
        tokio::time::sleep(parts.config.latency).await;
    }
    let (operation, input) = decode(request, body, protocol)?;
    let caller = auth::identify(request, &parts.world, &parts.sessions, clock::wall());
    parts.count(
        caller.as_ref().map_or("", |caller| caller.account.as_str()),
        operation.name,
    );
    let caller = caller?;
    let faults = parts.faults.of(&caller.account);
    misbehave(operation, &caller, &faults, &input, simulator).await?;
    let call = Call {
        operation,
        protocol,
        parts,
        caller,
        faults: &faults,
        input,
        request_id,
    };
    let answer = permitted(&call).and_then(|()| (operation.run)(&call));
    if operation.writes && has_history(&call) {
        record(request, &call, &answer);
    }
    let body = match answer? {
        Body::Json(body) if protocol == Protocol::Cbor => transcode(&body)?,
        Body::Json(body) | Body::Framed(body) => body,
    };
    let cut = operation.listing && (faults.truncate || parts.roll(parts.config.truncate_rate));
    Ok(Outcome { body, cut })
}

/// What goes wrong before the operation itself is looked at, in the order in which AWS would notice.
async fn misbehave(
    operation: &'static Operation,
    caller: &Caller,
    faults: &AccountFaults,
    input: &Value,
    simulator: &Simulator,
) -> Result<(), Refusal> {
    let parts = simulator.parts();
    if faults.hang.contains(operation.name) {
        // Longer than any client waits; stopping the server drops it.
        tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
    }
    if faults.unrecognized_client {
        return Err(auth::unrecognized_client());
    }
    let exceeds = |limit: &Option<Throttle>| {
        limit
            .as_ref()
            .is_some_and(|limit| !limit.admits(&caller.account, &caller.region, operation.name))
    };
    let limited = exceeds(&parts.throttle)
        || operation.name == "LookupEvents" && exceeds(&parts.trail_throttle);
    if faults.throttle || limited {
        return Err(Refusal::new("ThrottlingException", "Rate exceeded"));
    }
    // Nobody can be denied the question who they are.
    if operation.name != "GetCallerIdentity" && faults.deny.covers(operation.name) {
        return Err(operations::access_denied(caller, operation, input));
    }
    let number = parts.faults.number(&caller.account, operation.name);
    if let Some(error) = faults.at_call(operation.name, number) {
        return Err(error.into());
    }
    if parts.roll(parts.config.error_rate) {
        let message =
            "The request processing has failed because of an unknown error, exception or failure.";
        return Err(Refusal::new("InternalServerException", message).with_status(500));
    }
    Ok(())
}

/// The role for reading may do nothing else; other keys may do everything.
fn permitted(call: &Call<'_>) -> Result<(), Refusal> {
    let only_reads = call
        .caller
        .role
        .as_ref()
        .is_some_and(|(role, _)| *role == call.parts.config.role_name);
    if only_reads && call.operation.writes {
        return Err(operations::access_denied(
            &call.caller,
            call.operation,
            &call.input,
        ));
    }
    Ok(())
}

fn has_history(call: &Call<'_>) -> bool {
    call.world()
        .has_site(&call.caller.account, &call.caller.region)
}

/// CloudTrail keeps what was asked, by whom, and what came of it, refused or not.
fn record(request: &HttpRequest, call: &Call<'_>, answer: &Answer) {
    let caller = &call.caller;
    let now = call.world().clock.now();
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let (username, identity) = match &caller.role {
        Some((role, session)) => (
            session.clone(),
            trail::assumed(&caller.account, role, session, &caller.access_key),
        ),
        None => (
            "stocktake".to_owned(),
            json!({
                "type": "IAMUser",
                "arn": caller.arn,
                "accountId": caller.account,
                "accessKeyId": caller.access_key,
                "userName": "stocktake",
            }),
        ),
    };
    let response = match answer {
        Ok(Body::Json(body)) => serde_json::from_slice(body).unwrap_or_default(),
        Ok(Body::Framed(_)) | Err(_) => Value::Null,
    };
    let is_empty = response.as_object().is_some_and(Map::is_empty);
    let key = hash(call.request_id);
    let event = Event {
        id: trail::uuid(mix(key, 1), mix(key, 2)),
        at: now - now.rem_euclid(1000),
        name: call.operation.name,
        who: Who {
            username,
            identity,
            access_key: caller.access_key.clone(),
            source_ip: request
                .peer_addr()
                .map_or_else(String::new, |peer| peer.ip().to_string()),
            user_agent: header("user-agent").unwrap_or_default(),
        },
        request: trail::small_letters(&call.input),
        response: if is_empty {
            Value::Null
        } else {
            trail::small_letters(&response)
        },
        refused: answer
            .as_ref()
            .err()
            .map(|refusal| (refusal.trail_code(), refusal.message.clone())),
        request_id: call.request_id.to_owned(),
    };
    call.world()
        .trail
        .record(&caller.account, &caller.region, event);
}

fn protocol(request: &HttpRequest) -> Protocol {
    let headers = request.headers();
    if headers
        .get("smithy-protocol")
        .is_some_and(|value| value == "rpc-v2-cbor")
    {
        Protocol::Cbor
    } else if headers.contains_key("x-amz-target") {
        Protocol::Json
    } else if headers
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(b"application/x-www-form"))
    {
        Protocol::Query
    } else {
        Protocol::Json
    }
}

fn decode(
    request: &HttpRequest,
    body: &Bytes,
    protocol: Protocol,
) -> Result<(&'static Operation, Value), Refusal> {
    let malformed = |why: String| Refusal::new("SerializationException", why);
    match protocol {
        Protocol::Json => {
            let target = request
                .headers()
                .get("x-amz-target")
                .and_then(|value| value.to_str().ok());
            let (service, name) = target
                .and_then(|target| target.rsplit_once('.'))
                .unwrap_or_default();
            let input = if body.is_empty() {
                Value::Object(serde_json::Map::new())
            } else {
                serde_json::from_slice(body).map_err(|why| malformed(why.to_string()))?
            };
            Ok((operations::find(service, name)?, input))
        }
        Protocol::Cbor => {
            let path: Vec<&str> = request.path().trim_matches('/').split('/').collect();
            let ["service", service, "operation", name] = path.as_slice() else {
                return Err(operations::unknown());
            };
            let operation = operations::find(service, name)?;
            Ok((
                operation,
                cbor::decode(body).map_err(|why| malformed(why.to_string()))?,
            ))
        }
        Protocol::Query => operations::sts::decode(body),
    }
}

fn transcode(json: &[u8]) -> Result<Vec<u8>, Refusal> {
    let value: Value = serde_json::from_slice(json)
        .map_err(|why| Refusal::new("InternalServerException", why.to_string()).with_status(500))?;
    Ok(cbor::encode(&value))
}

fn respond(protocol: Protocol, status: u16, request_id: &str, outcome: Outcome) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header(("x-amzn-requestid", request_id));
    match protocol {
        Protocol::Json => response.content_type("application/x-amz-json-1.1"),
        Protocol::Cbor => response
            .content_type("application/cbor")
            .insert_header(("smithy-protocol", "rpc-v2-cbor")),
        Protocol::Query => response.content_type("text/xml"),
    };
    if !outcome.cut {
        return response.body(outcome.body);
    }
    // The length promises the whole body; the connection ends half way through it.
    let whole = outcome.body.len() as u64;
    let half = Bytes::copy_from_slice(&outcome.body[..outcome.body.len() / 2]);
    let broken = async {
        // What is written must be on its way first: the server drops its buffer with the connection.
        tokio::time::sleep(Duration::from_millis(10)).await;
        Err(std::io::Error::new(
            std::io::ErrorKind::ConnectionAborted,
            "cut on purpose",
        ))
    };
    response.body(SizedStream::new(
        whole,
        Box::pin(stream::once(async { Ok(half) }).chain(stream::once(broken))),
    ))
}
