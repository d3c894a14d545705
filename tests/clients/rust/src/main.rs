//! Live Tail through the AWS SDK for Rust. The commands and answers are described in tests/clients/sdks/__init__.py.

use aws_sdk_cloudwatchlogs::config::{
    interceptors::BeforeTransmitInterceptorContextMut, ConfigBag, Intercept, RuntimeComponents,
};
use aws_sdk_cloudwatchlogs::error::{BoxError, DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatchlogs::primitives::event_stream::EventReceiver;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError;
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, StartLiveTailResponseStream};
use aws_sdk_cloudwatchlogs::Client;
use serde_json::{json, Value};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::task::JoinHandle;

type Stream = EventReceiver<StartLiveTailResponseStream, StartLiveTailResponseStreamError>;

/// Takes the prefix `stream-` off the host again: Rust has neither an option nor a variable for that.
#[derive(Debug)]
struct NoHostPrefix;

impl Intercept for NoHostPrefix {
    fn name(&self) -> &'static str {
        "NoHostPrefix"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let uri = request.uri().replacen("://stream-", "://", 1);
        Ok(request.set_uri(uri)?)
    }
}

/// Region, credentials and the CA (SSL_CERT_FILE) come from the environment.
async fn new_client(endpoint: &str) -> Client {
    let loaded = aws_config::defaults(aws_config::BehaviorVersion::latest()).endpoint_url(endpoint).load().await;
    let config = aws_sdk_cloudwatchlogs::config::Builder::from(&loaded).interceptor(NoHostPrefix).build();
    Client::from_conf(config)
}

fn write(value: Value) {
    println!("{value}");
}

fn fail<E: ProvideErrorMetadata + std::error::Error>(error: E) {
    let kind = error.code().unwrap_or("SdkError").to_owned();
    write(json!({"error": {"type": kind, "message": DisplayErrorContext(error).to_string()}}));
}

/// What ended a stream: the error that the service sent, or what kind of SdkError it is.
fn end_of_stream<R>(error: &SdkError<StartLiveTailResponseStreamError, R>) -> &'static str {
    match error {
        SdkError::ServiceError(sent) => match sent.err() {
            StartLiveTailResponseStreamError::SessionTimeoutException(_) => "SessionTimeoutException",
            StartLiveTailResponseStreamError::SessionStreamingException(_) => "SessionStreamingException",
            _ => "ServiceError", // the SDK keeps neither the code nor the text of an error that it does not know
        },
        SdkError::ResponseError(_) => "ResponseError",
        SdkError::DispatchFailure(_) => "DispatchFailure",
        SdkError::TimeoutError(_) => "TimeoutError",
        _ => "SdkError",
    }
}

/// Reads a stream to its end.
async fn follow(mut stream: Stream) {
    loop {
        match stream.recv().await {
            Ok(Some(StartLiveTailResponseStream::SessionStart(start))) => write(json!({
                "event": "sessionStart", "sessionId": start.session_id(), "requestId": start.request_id(),
                "logGroupIdentifiers": start.log_group_identifiers(), "logStreamNames": start.log_stream_names(),
                "logStreamNamePrefixes": start.log_stream_name_prefixes(),
                "logEventFilterPattern": start.log_event_filter_pattern(),
            })),
            Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => write(json!({
                "event": "sessionUpdate",
                "sampled": update.session_metadata().map(|metadata| metadata.sampled()),
                "events": update.session_results().iter().map(|event| json!({
                    "logGroupIdentifier": event.log_group_identifier(), "logStreamName": event.log_stream_name(),
                    "message": event.message(), "timestamp": event.timestamp(), "ingestionTime": event.ingestion_time(),
                })).collect::<Vec<_>>(),
            })),
            Ok(Some(_)) => {}
            Ok(None) => return write(json!({"event": "end"})),
            Err(error) => {
                let kind = end_of_stream(&error);
                return write(json!({"error": {"type": kind, "message": DisplayErrorContext(error).to_string()}}));
            }
        }
    }
}

fn text(input: &Value, name: &str) -> Option<String> {
    input[name].as_str().map(str::to_owned)
}

fn texts(input: &Value, name: &str) -> Option<Vec<String>> {
    input[name].as_array().map(|values| values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn result<T, E: ProvideErrorMetadata + std::error::Error>(answer: Result<T, E>) {
    match answer {
        Ok(_) => write(json!({"result": {}})),
        Err(error) => fail(error),
    }
}

async fn put_log_events(logs: &Client, input: &Value) {
    let events = input["logEvents"].as_array().into_iter().flatten().map(|event| {
        let built = InputLogEvent::builder().set_message(text(event, "message")).set_timestamp(event["timestamp"].as_i64());
        built.build().expect("a timestamp and a message")
    });
    let call = logs.put_log_events().set_log_events(Some(events.collect()));
    let call = call.set_log_group_name(text(input, "logGroupName")).set_log_stream_name(text(input, "logStreamName"));
    result(call.send().await);
}

/// Goes through the pages with the SDK's paginator.
async fn filter_log_events(logs: &Client, input: &Value) {
    let call = logs.filter_log_events().set_log_group_name(text(input, "logGroupName"));
    let mut paginator = call.set_limit(input["limit"].as_i64().map(|limit| limit as i32)).into_paginator().send();
    let (mut pages, mut messages) = (0, Vec::new());
    while let Some(page) = paginator.next().await {
        match page {
            Ok(page) => messages.extend(page.events().iter().filter_map(|event| event.message().map(str::to_owned))),
            Err(error) => return fail(error),
        }
        pages += 1;
    }
    write(json!({"result": {"pages": pages, "messages": messages}}));
}

/// The paginator of GetLogEvents ends where a token comes back as it was given.
async fn get_log_events(logs: &Client, input: &Value) {
    let call = logs.get_log_events().start_from_head(true).set_log_group_name(text(input, "logGroupName"));
    let call = call.set_log_stream_name(text(input, "logStreamName")).set_limit(input["limit"].as_i64().map(|n| n as i32));
    let mut paginator = call.into_paginator().stop_on_duplicate_token(true).send();
    let (mut pages, mut messages) = (0, Vec::new());
    while let Some(page) = paginator.next().await {
        match page {
            Ok(page) => messages.extend(page.events().iter().filter_map(|event| event.message().map(str::to_owned))),
            Err(error) => return fail(error),
        }
        pages += 1;
    }
    write(json!({"result": {"pages": pages, "messages": messages}}));
}

async fn start_live_tail(logs: &Client, input: &Value) -> Option<JoinHandle<()>> {
    let call = logs
        .start_live_tail()
        .set_log_group_identifiers(texts(input, "logGroupIdentifiers"))
        .set_log_stream_names(texts(input, "logStreamNames"))
        .set_log_stream_name_prefixes(texts(input, "logStreamNamePrefixes"))
        .set_log_event_filter_pattern(text(input, "logEventFilterPattern"));
    match call.send().await {
        Ok(answer) => Some(tokio::spawn(follow(answer.response_stream))),
        Err(error) => {
            fail(error);
            None
        }
    }
}

#[tokio::main]
async fn main() {
    let logs = new_client(&std::env::args().nth(1).expect("an endpoint")).await;
    let mut following: Option<JoinHandle<()>> = None;
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let input: Value = serde_json::from_str(&line).expect("JSON");
        let group = text(&input, "logGroupName");
        match input["call"].as_str().expect("a call") {
            "CreateLogGroup" => result(logs.create_log_group().set_log_group_name(group).send().await),
            "CreateLogStream" => {
                let call = logs.create_log_stream().set_log_group_name(group);
                result(call.set_log_stream_name(text(&input, "logStreamName")).send().await)
            }
            "PutLogEvents" => put_log_events(&logs, &input).await,
            "FilterLogEvents" => filter_log_events(&logs, &input).await,
            "GetLogEvents" => get_log_events(&logs, &input).await,
            "StartLiveTail" => following = start_live_tail(&logs, &input).await,
            "Close" => {
                // The stream is closed where it is dropped, which is the end of its task.
                if let Some(task) = following.take() {
                    task.abort();
                    let _ = task.await;
                }
                write(json!({"result": {}}));
            }
            other => panic!("no such call: {other}"),
        }
    }
}
