//! Assumed sessions, endpoints, and rates: nothing one account does is felt by another.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use aws::collectors::{tags, workspaces};
use aws::{Aws, AwsErrorKind, RegionSession};

use crate::server::{
    Answer, Request, Server, assumed, direct, identity, json_error, ok, region, through_role,
    xml_error,
};

const EMPTY: &str = r#"{"Workspaces":[],"ResourceTagMappingList":[]}"#;

async fn list(view: &RegionSession) -> Result<(), aws::AwsError> {
    workspaces::list(view).next_page().await.map(drop)
}

fn granting(request: &Request) -> Answer {
    match request.operation.as_str() {
        "AssumeRole" => assumed("ASIASESSION", 3600),
        "GetCallerIdentity" => identity("111122223333"),
        _ => ok(EMPTY),
    }
}

#[tokio::test]
async fn one_session_serves_every_region_and_caller() {
    let server = Server::start(granting).await;
    let session = server.aws().await.account(&through_role("111122223333"));
    let views: Vec<_> = ["eu-west-1", "us-east-1", "us-west-2", "ap-south-1"]
        .iter()
        .map(|name| session.region(&region(name)))
        .collect();
    let all = futures::future::join_all(views.iter().map(list)).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    list(&views[0]).await.unwrap();
    assert_eq!(server.count("AssumeRole"), 1);
    assert_eq!(session.sts_calls(), 1);
    assert_eq!(views.iter().map(RegionSession::calls).sum::<u64>(), 5);

    let requests = server.requests();
    let assume = requests
        .iter()
        .find(|r| r.operation == "AssumeRole")
        .unwrap();
    assert_eq!(assume.signed_by(), "AKIDBASE");
    assert!(
        assume.body.contains("ExternalId=acme-42"),
        "{}",
        assume.body
    );
    assert!(assume.body.contains("RoleSessionName=stocktake"));
    for request in requests.iter().filter(|r| r.operation != "AssumeRole") {
        assert_eq!(request.signed_by(), "ASIASESSION");
        assert_eq!(request.headers["x-amz-security-token"], "t");
    }
}

#[tokio::test]
async fn a_session_is_renewed_ahead_of_its_expiry() {
    let server = Server::start(|request| match request.operation.as_str() {
        "AssumeRole" => assumed("ASIASHORT", 2),
        _ => ok(EMPTY),
    })
    .await;
    let session = server.aws().await.account(&through_role("111122223333"));
    let view = session.region(&region("eu-west-1"));
    list(&view).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1900)).await;
    list(&view).await.unwrap();
    assert_eq!(server.count("AssumeRole"), 2);
}

#[tokio::test]
async fn a_session_that_aws_ended_early_is_replaced_once() {
    let made = Mutex::new(0);
    let server = Server::start(move |request| match request.operation.as_str() {
        "AssumeRole" => {
            let mut made = made.lock().unwrap();
            *made += 1;
            assumed(&format!("ASIA{made}"), 3600)
        }
        _ if request.signed_by() == "ASIA1" => json_error("ExpiredTokenException", "over"),
        _ => ok(EMPTY),
    })
    .await;
    let session = server.aws().await.account(&through_role("111122223333"));
    let view = session.region(&region("eu-west-1"));
    list(&view).await.unwrap();
    assert_eq!((server.count("AssumeRole"), view.calls()), (2, 2));
}

#[tokio::test]
async fn credentials_that_stay_expired_are_no_retry_storm() {
    let server = Server::start(|request| match request.operation.as_str() {
        "AssumeRole" => assumed("ASIAX", 3600),
        _ => json_error("ExpiredTokenException", "The security token has expired"),
    })
    .await;
    let session = server.aws().await.account(&through_role("111122223333"));
    let view = session.region(&region("eu-west-1"));
    for _ in 0..3 {
        let error = list(&view).await.unwrap_err();
        assert_eq!(error.kind, AwsErrorKind::Credentials);
        assert_eq!(error.failure.code, "ExpiredTokenException");
    }
    assert!(view.calls() <= 4, "{} calls", view.calls());
    assert!(server.count("AssumeRole") <= 2);
}

#[tokio::test]
async fn a_refused_role_is_a_credential_error_in_awss_words_and_shared_by_all_who_wait() {
    let server = Server::start(|request| match request.operation.as_str() {
        "AssumeRole" => xml_error(403, "AccessDenied", "User x is not authorized"),
        _ => ok(EMPTY),
    })
    .await;
    let session = server.aws().await.account(&through_role("111122223333"));
    let views: Vec<_> = ["eu-west-1", "us-east-1", "us-west-2"]
        .iter()
        .map(|name| session.region(&region(name)))
        .collect();
    for error in futures::future::join_all(views.iter().map(list)).await {
        let error = error.unwrap_err();
        assert_eq!(error.kind, AwsErrorKind::Credentials);
        assert_eq!(error.failure.code, "AccessDenied");
        assert_eq!(error.failure.message, "User x is not authorized");
        assert_eq!(error.failure.request_id.as_deref(), Some("req-1"));
    }
    assert_eq!(server.count("AssumeRole"), 1);
    assert_eq!(server.requests().len(), 1, "nothing was called unsigned");
}

#[tokio::test]
async fn an_account_that_is_another_than_expected_is_refused() {
    let server = Server::start(granting).await;
    let aws = server.aws().await;
    let right = aws.account(&through_role("111122223333")).verify().await;
    assert_eq!(
        right.unwrap(),
        "arn:aws:sts::111122223333:assumed-role/r/stocktake"
    );
    let wrong = aws.account(&direct("444455556666")).verify().await;
    assert_eq!(wrong.unwrap_err().failure.code, "WrongAccount");
}

#[tokio::test]
async fn an_accounts_own_endpoint_is_used_for_every_service() {
    let common = Server::start(granting).await;
    let own = Server::start(granting).await;
    let mut access = through_role("111122223333");
    access.endpoint_url = Some(own.url.clone());
    let aws = common.aws().await;
    let session = aws.account(&access);
    session.verify().await.unwrap();
    let view = session.region(&region("eu-west-1"));
    list(&view).await.unwrap();
    tags::list(&view).next_page().await.unwrap();
    let operations: Vec<_> = own.requests().into_iter().map(|r| r.operation).collect();
    assert_eq!(
        operations,
        [
            "AssumeRole",
            "GetCallerIdentity",
            "DescribeWorkspaces",
            "GetResources"
        ]
    );
    assert_eq!(common.requests().len(), 0);
}

#[tokio::test]
async fn an_exhausted_rate_slows_only_its_own_account() {
    let server = Server::start(granting).await;
    let mut config = server.config();
    config.requests_per_second = 5.0;
    config.burst = 1;
    let aws = Aws::new(config).await;
    let busy = aws.account(&direct("111122223333"));
    let calm = aws.account(&direct("444455556666"));
    let start = Instant::now();
    let busy_views: Vec<_> = (0..4).map(|_| busy.region(&region("eu-west-1"))).collect();
    let busy_work = async {
        for view in &busy_views {
            list(view).await.unwrap();
        }
        start.elapsed()
    };
    let calm_view = calm.region(&region("eu-west-1"));
    let other_region = busy.region(&region("us-east-1"));
    let calm_work = async {
        list(&calm_view).await.unwrap();
        list(&other_region).await.unwrap();
        tags::list(&other_region).next_page().await.unwrap();
        start.elapsed()
    };
    let (slow, quick) = tokio::join!(busy_work, calm_work);
    assert!(slow >= Duration::from_millis(550), "{slow:?}");
    assert!(quick < Duration::from_millis(400), "{quick:?}");
}

#[tokio::test]
async fn one_accounts_failures_do_not_use_up_anothers_retries() {
    let server = Server::replay(vec![json_error("ThrottlingException", "slow down")]).await;
    let mut config = server.config();
    config.initial_backoff = Duration::from_millis(1);
    config.max_backoff = Duration::from_millis(1);
    config.max_attempts = 10;
    let aws = Aws::new(config).await;
    let throttled = aws
        .account(&direct("111122223333"))
        .region(&region("eu-west-1"));
    let mut made = 10;
    for _ in 0..30 {
        let before = throttled.calls();
        assert_eq!(
            list(&throttled).await.unwrap_err().kind,
            AwsErrorKind::Throttled
        );
        made = throttled.calls() - before;
    }
    assert!(made < 10, "after 270 retries its allowance is used up");
    let other = aws
        .account(&direct("444455556666"))
        .region(&region("eu-west-1"));
    list(&other).await.unwrap_err();
    assert_eq!(other.calls(), 10, "the other account still retries");
}
