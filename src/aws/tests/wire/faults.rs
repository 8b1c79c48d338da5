//! Pages and answers that must not pass for a complete listing, and failures sorted into kinds.

use std::time::Duration;

use aws::collectors::{bundles, workspaces};
use aws::{Aws, AwsError, AwsErrorKind};

use crate::server::{Answer, Server, direct, json_error, ok, region, status};

fn page(id: &str, token: Option<&str>) -> Answer {
    let token = token.map_or_else(String::new, |t| format!(r#","NextToken":"{t}""#));
    ok(format!(
        r#"{{"Workspaces":[{{"WorkspaceId":"{id}","State":"AVAILABLE"}}]{token}}}"#
    ))
}

/// Lists until the end or the first error; what came, how it ended, and the calls made.
async fn drain(server: &Server) -> (Vec<String>, Option<AwsError>, u64) {
    let session = server.aws().await.account(&direct("111122223333"));
    let view = session.region(&region("eu-west-1"));
    let mut pager = workspaces::list(&view);
    let mut ids = Vec::new();
    loop {
        match pager.next_page().await {
            Ok(Some(records)) => ids.extend(records.into_iter().map(|r| r.workspace_id)),
            Ok(None) => return (ids, None, view.calls()),
            Err(error) => {
                if error.kind == AwsErrorKind::Protocol {
                    assert_eq!(pager.next_page().await.unwrap_err(), error);
                }
                return (ids, Some(error), view.calls());
            }
        }
    }
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let server = Server::replay(vec![
        page("ws-1", Some("a")),
        page("ws-2", Some("b")),
        page("ws-3", None),
    ])
    .await;
    let (ids, error, calls) = drain(&server).await;
    assert_eq!(ids, ["ws-1", "ws-2", "ws-3"]);
    assert_eq!((error, calls), (None, 3));
    let tokens: Vec<_> = server
        .requests()
        .iter()
        .map(|r| r.json()["NextToken"].clone())
        .collect();
    assert_eq!(tokens, [serde_json::Value::Null, "a".into(), "b".into()]);
}

#[tokio::test]
async fn pages_that_break_the_protocol_end_the_listing_with_an_error() {
    for (answers, code, kind, calls) in [
        (
            vec![
                page("ws-1", Some("a")),
                page("ws-2", Some("b")),
                page("ws-3", Some("a")),
            ],
            "RepeatedNextToken",
            AwsErrorKind::Protocol,
            3,
        ),
        (
            vec![
                page("ws-1", Some("a")),
                ok(r#"{"Workspaces":[],"NextToken":"b"}"#),
            ],
            "EmptyPageWithToken",
            AwsErrorKind::Protocol,
            2,
        ),
        (
            vec![page("ws-1", Some("a")), ok(r#"{"Workspaces":[{"Workspa"#)],
            "UnreadableAnswer",
            AwsErrorKind::Unreadable,
            1 + 3,
        ),
        (
            vec![page("ws-1", Some("a")), ok("")],
            "UnreadableAnswer",
            AwsErrorKind::Unreadable,
            1 + 3,
        ),
        (
            vec![Answer {
                length: Some(500),
                ..page("ws-1", None)
            }],
            "UnreadableAnswer",
            AwsErrorKind::Unreadable,
            3,
        ),
        (
            vec![page("ws-1", Some("a")), ok("<html>a proxy's page</html>")],
            "UnreadableAnswer",
            AwsErrorKind::Unreadable,
            1 + 3,
        ),
        (
            vec![ok("{}")],
            "UnreadableAnswer",
            AwsErrorKind::Unreadable,
            1,
        ),
        (
            vec![ok(r#"{"Workspaces":[{"State":"AVAILABLE"}]}"#)],
            "UnreadableAnswer",
            AwsErrorKind::Unreadable,
            1,
        ),
    ] {
        let server = Server::replay(answers).await;
        let (_, error, made) = drain(&server).await;
        let error = error.unwrap_or_else(|| panic!("{code} passed for a complete listing"));
        assert_eq!(
            (error.failure.code.as_str(), error.kind),
            (code, kind),
            "{error}"
        );
        assert_eq!(made, calls, "{code}: {error}");
    }
}

#[tokio::test]
async fn a_broken_answer_is_tried_again() {
    let server = Server::replay(vec![
        ok(r#"{"Workspaces":["#),
        Answer {
            length: Some(900),
            ..page("ws-x", None)
        },
        page("ws-1", None),
    ])
    .await;
    let (ids, error, calls) = drain(&server).await;
    assert_eq!((ids, error, calls), (vec!["ws-1".to_owned()], None, 3));
}

#[tokio::test]
async fn errors_fall_into_kinds_with_code_message_and_request_id() {
    for (answer, kind, code, calls) in [
        (
            json_error("AccessDeniedException", "no"),
            AwsErrorKind::AccessDenied,
            "AccessDeniedException",
            1,
        ),
        (
            json_error("ThrottlingException", "slow"),
            AwsErrorKind::Throttled,
            "ThrottlingException",
            3,
        ),
        (
            json_error("InvalidParameterValuesException", "bad"),
            AwsErrorKind::Validation,
            "InvalidParameterValuesException",
            1,
        ),
        (
            json_error("UnknownOperationException", "?"),
            AwsErrorKind::NotSupported,
            "UnknownOperationException",
            1,
        ),
        (
            status(404, "<html>404</html>"),
            AwsErrorKind::NotSupported,
            "HttpStatus404",
            1,
        ),
        (
            status(501, ""),
            AwsErrorKind::NotSupported,
            "HttpStatus501",
            1,
        ),
        (
            status(503, "busy"),
            AwsErrorKind::Service,
            "HttpStatus503",
            3,
        ),
        (
            json_error("NeverHeardOf", "x"),
            AwsErrorKind::Service,
            "NeverHeardOf",
            1,
        ),
    ] {
        let server = Server::replay(vec![answer]).await;
        let (_, error, made) = drain(&server).await;
        let error = error.unwrap();
        assert_eq!(
            (error.kind, error.failure.code.as_str()),
            (kind, code),
            "{error}"
        );
        assert_eq!(error.failure.request_id.as_deref(), Some("req-1"), "{code}");
        assert_eq!(made, calls, "{code}");
    }
}

#[tokio::test]
async fn retries_are_counted() {
    let server = Server::replay(vec![
        json_error("ThrottlingException", "slow down"),
        status(500, "{}"),
        page("ws-1", None),
    ])
    .await;
    let (ids, error, calls) = drain(&server).await;
    assert_eq!((ids.len(), error, calls), (1, None, 3));
}

#[tokio::test]
async fn nobody_listening_is_a_connection_error() {
    let server = Server::replay(vec![ok("{}")]).await;
    let mut config = server.config();
    drop(server);
    // The listener's task has been told to stop; a port that was never bound is certain.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    config.endpoint_url = Some(format!("http://{}", free.local_addr().unwrap()));
    drop(free);
    let session = Aws::new(config).await.account(&direct("111122223333"));
    let view = session.region(&region("eu-west-1"));
    let error = workspaces::list(&view).next_page().await.unwrap_err();
    assert_eq!(
        (error.kind, error.failure.code.as_str()),
        (AwsErrorKind::Connection, "ConnectionFailed"),
        "{error}"
    );
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::replay(vec![ok("{}")]).await;
    let mut config = server.config();
    config.endpoint_url = Some(format!("http://{}", listener.local_addr().unwrap()));
    config.attempt_timeout = Duration::from_millis(80);
    config.max_attempts = 2;
    let session = Aws::new(config).await.account(&direct("111122223333"));
    let view = session.region(&region("eu-west-1"));
    let error = workspaces::list(&view).next_page().await.unwrap_err();
    assert_eq!(error.kind, AwsErrorKind::Timeout, "{error}");
    assert_eq!(view.calls(), 2);
}

#[tokio::test]
async fn bundles_are_two_listings_in_one() {
    let server = Server::start(|request| {
        let body = request.json();
        let own = body["Owner"].is_null();
        ok(match (own, body["NextToken"].as_str()) {
            (true, _) => r#"{"Bundles":[{"BundleId":"wsb-own"}]}"#,
            (false, None) => r#"{"Bundles":[{"BundleId":"wsb-a"}],"NextToken":"n"}"#,
            (false, Some(_)) => r#"{"Bundles":[{"BundleId":"wsb-b"}]}"#,
        })
    })
    .await;
    let session = server.aws().await.account(&direct("111122223333"));
    let mut pager = bundles::list(&session.region(&region("eu-west-1")));
    let mut ids = Vec::new();
    while let Some(records) = pager.next_page().await.unwrap() {
        ids.extend(records.into_iter().map(|r| r.bundle_id));
    }
    assert_eq!(ids, ["wsb-own", "wsb-a", "wsb-b"]);
}
