//! A scripted HTTP server on a free port of the loopback. It answers by operation and keeps every
//! request it saw.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{Aws, AwsConfig, BaseCredentials};
use domain::account::AccountAccess;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The last part of `x-amz-target`, of the path where the protocol is CBOR, or `Action` of a form.
    pub operation: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Request {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// `AKIA…` of the signature.
    pub fn signed_by(&self) -> String {
        let header = &self.headers["authorization"];
        let after = header.split("Credential=").nth(1).unwrap();
        after.split('/').next().unwrap().to_owned()
    }
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    /// Announced length, when it is to be a lie.
    pub length: Option<usize>,
}

pub fn ok(body: impl Into<String>) -> Answer {
    status(200, body)
}

pub fn status(status: u16, body: impl Into<String>) -> Answer {
    Answer {
        status,
        body: body.into(),
        length: None,
    }
}

pub fn json_error(code: &str, message: &str) -> Answer {
    status(
        400,
        format!(r#"{{"__type":"com.amazonaws.x#{code}","message":"{message}"}}"#),
    )
}

pub fn xml_error(http: u16, code: &str, message: &str) -> Answer {
    status(
        http,
        format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
             <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>req-xml</RequestId></ErrorResponse>"
        ),
    )
}

/// A session whose key is `key` and which lasts for `seconds`.
pub fn assumed(key: &str, seconds: i64) -> Answer {
    let expiration = domain::UtcTime::now().plus_seconds(seconds);
    ok(format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{expiration}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    ))
}

pub fn identity(account: &str) -> Answer {
    ok(format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:sts::{account}:assumed-role/r/stocktake</Arn>\
         <UserId>u</UserId><Account>{account}</Account></GetCallerIdentityResult>\
         </GetCallerIdentityResponse>"
    ))
}

type Script = Arc<dyn Fn(&Request) -> Answer + Send + Sync>;

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(script);
        let task = tokio::spawn({
            let seen = Arc::clone(&seen);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&seen)));
                }
            }
        });
        Self { url, seen, task }
    }

    /// Answers the first call with the first answer and so on; the last is repeated.
    pub async fn replay(answers: Vec<Answer>) -> Self {
        let next = Mutex::new(0);
        Self::start(move |_| {
            let mut next = next.lock().unwrap();
            let answer = answers[(*next).min(answers.len() - 1)].clone();
            *next += 1;
            answer
        })
        .await
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub fn count(&self, operation: &str) -> usize {
        self.requests()
            .iter()
            .filter(|r| r.operation == operation)
            .count()
    }

    /// A config that reaches only this server and does not wait long for anything.
    pub fn config(&self) -> AwsConfig {
        AwsConfig {
            endpoint_url: Some(self.url.clone()),
            base_region: Some("us-east-1".to_owned()),
            base_credentials: BaseCredentials::Static {
                access_key_id: "AKIDBASE".to_owned(),
                secret_access_key: "secret".to_owned(),
            },
            requests_per_second: 0.0,
            max_attempts: 3,
            initial_backoff: Duration::from_millis(5),
            max_backoff: Duration::from_millis(20),
            connect_timeout: Duration::from_secs(2),
            attempt_timeout: Duration::from_secs(2),
            operation_timeout: Duration::from_secs(10),
            ..AwsConfig::default()
        }
    }

    pub async fn aws(&self) -> Aws {
        Aws::new(self.config()).await
    }
}

/// An account that is reached with the base credentials.
pub fn direct(id: &str) -> AccountAccess {
    AccountAccess {
        id: id.parse().unwrap(),
        role_arn: None,
        external_id: None,
        endpoint_url: None,
    }
}

/// An account that is reached through a role with an external id.
pub fn through_role(id: &str) -> AccountAccess {
    AccountAccess {
        role_arn: Some(
            format!("arn:aws:iam::{id}:role/stocktake-read")
                .parse()
                .unwrap(),
        ),
        external_id: Some("acme-42".to_owned()),
        ..direct(id)
    }
}

pub fn region(name: &str) -> domain::Region {
    name.parse().unwrap()
}

async fn serve(stream: TcpStream, script: Script, seen: Arc<Mutex<Vec<Request>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let answer = script(&request);
        seen.lock().unwrap().push(request);
        let kind = if answer.body.starts_with('<') {
            "text/xml"
        } else {
            "application/x-amz-json-1.1"
        };
        let head = format!(
            "HTTP/1.1 {} X\r\ncontent-type: {kind}\r\nx-amzn-requestid: req-1\r\ncontent-length: {}\r\n\r\n",
            answer.status,
            answer.length.unwrap_or(answer.body.len()),
        );
        // One write, or each answer would wait for the delayed acknowledgement of its head.
        let _ = stream.write_all((head + &answer.body).as_bytes()).await;
        let _ = stream.flush().await;
        if answer.length.is_some() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut headers = HashMap::new();
    let mut line = String::new();
    if stream.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .and_then(|l: &String| l.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let cbor = headers.contains_key("smithy-protocol");
    let operation = match headers.get("x-amz-target") {
        Some(target) => target.rsplit('.').next()?.to_owned(),
        None if cbor => line.split(' ').nth(1)?.rsplit('/').next()?.to_owned(),
        None => body
            .split('&')
            .find_map(|pair| pair.strip_prefix("Action="))?
            .to_owned(),
    };
    Some(Request {
        operation,
        headers,
        body,
    })
}
