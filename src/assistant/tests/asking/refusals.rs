//! What keeps a question from being answered, and what is said then.

use std::time::{Duration, Instant};

use assistant::{AskError, Events};
use domain::question::{AskEvent, AskRequest, Outcome, TierChoice};
use domain::text_model::{Cancel, ModelState, TextModelError};

use crate::model::{Scripted, Step, say, status};
use crate::world::{World, ask, question, root};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_model_what_is_not_known_cannot_be_answered() {
    let world = World::new().await;
    let assistant = world.assistant(None);
    assert_eq!(assistant.model(), None);
    let answer = ask(&assistant, &root(), question("x?", TierChoice::Model))
        .await
        .unwrap();
    assert_eq!((answer.outcome, answer.tier), (Outcome::CannotAnswer, None));
    let reason = answer.reason.unwrap();
    assert!(reason.contains("no language model is loaded"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_just_now_is_an_error_and_one_that_never_can_an_answer() {
    let world = World::new().await;
    let request = || question("x?", TierChoice::Model);
    let with = |state, queued| world.assistant(Some(Scripted::with(status(state, queued), [])));
    let loading = ask(&with(ModelState::Loading, 0), &root(), request()).await;
    assert!(matches!(loading, Err(AskError::Loading)), "{loading:?}");
    let busy = ask(&with(ModelState::Ready, 2), &root(), request()).await;
    assert!(matches!(busy, Err(AskError::Busy { .. })), "{busy:?}");
    let failed = ask(&with(ModelState::Failed, 0), &root(), request())
        .await
        .unwrap();
    assert!(failed.reason.unwrap().contains("the file is cut short"));

    let model = Scripted::new([]);
    let assistant = world.assistant(Some(model.clone()));
    let mut said = Vec::new();
    for error in [
        TextModelError::Busy {
            queued: 2,
            retry_after: Duration::from_secs(9),
        },
        TextModelError::Loading,
        TextModelError::Deadline,
        TextModelError::Cancelled,
        TextModelError::Failed("secret detail".to_owned()),
        TextModelError::Grammar("secret detail".to_owned()),
        TextModelError::NotLoaded("no memory".to_owned()),
        TextModelError::TooLong {
            tokens: 5000,
            limit: 4096,
        },
    ] {
        model.tell(Step::Fail(error));
        said.push(match ask(&assistant, &root(), request()).await {
            Ok(answer) => format!("{:?}: {}", answer.outcome, answer.reason.unwrap()),
            Err(error) => format!("{error:?}"),
        });
    }
    model.tell(Step::Panic);
    said.push(format!("{:?}", ask(&assistant, &root(), request()).await));
    let said = said.join("\n");
    for expected in [
        "Busy { retry_after: 9s }",
        "Loading",
        "ModelTimeout",
        "Cancelled",
        "CannotAnswer: This is not one of the known kinds of question, and the language model \
         could not be loaded: no memory",
        "5000 tokens",
    ] {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
    assert!(!said.contains("secret detail"), "{said}");
    assert_eq!(said.matches("Model(").count(), 3, "{said}");
    // It goes on.
    model.tell(say("SELECT 1 LIMIT 1"));
    let answer = ask(&assistant, &root(), request()).await.unwrap();
    assert_eq!(answer.outcome, Outcome::Answered);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_end_is_refused() {
    let world = World::new().await;
    let cut = Step::CutOff("SELECT count(*) FROM workspaces WHERE".to_owned());
    let assistant = world.assistant(Some(Scripted::new([cut, say("")])));
    for expected in ["did not come to an end", "wrote no query"] {
        let answer = ask(&assistant, &root(), question("x?", TierChoice::Model))
            .await
            .unwrap();
        assert_eq!(answer.outcome, Outcome::CannotAnswer);
        assert!(answer.reason.unwrap().contains(expected));
    }
}

/// A question under way, once it has begun.
async fn hanging(
    world: &World,
    asker: &assistant::Asker,
) -> (
    std::sync::Arc<Scripted>,
    assistant::Assistant,
    tokio::task::JoinHandle<Result<domain::question::Answer, AskError>>,
    String,
) {
    let model = Scripted::new([Step::Hang]);
    let assistant = world.assistant(Some(model.clone()));
    let (events, mut received) = Events::channel();
    let (assistant_there, asker) = (assistant.clone(), asker.clone());
    let work = tokio::spawn(async move {
        let request = question("x?", TierChoice::Model);
        assistant_there
            .ask(&asker, request, &events, Cancel::default())
            .await
    });
    let Some(AskEvent::Started { id }) = received.recv().await else {
        panic!("it did not start");
    };
    while model.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (model, assistant, work, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_asker_cancels_a_question() {
    let world = World::new().await;
    let (ann, bob) = (
        world.member("ann", &["Globex"]).await,
        world.member("bob", &["Globex"]).await,
    );
    let (model, assistant, work, id) = hanging(&world, &ann).await;
    assert!(!assistant.cancel(&bob, &id) && !assistant.cancel(&root(), &id));
    assert!(!assistant.cancel(&ann, "no such question"));
    assert!(assistant.cancel(&ann, &id));
    let ended = work.await.unwrap();
    assert!(matches!(ended, Err(AskError::Cancelled)), "{ended:?}");
    assert_eq!(
        *model.ended.lock().unwrap(),
        Some(TextModelError::Cancelled)
    );
    assert!(!assistant.cancel(&ann, &id), "it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_cancels_their_question() {
    let world = World::new().await;
    let (model, assistant, work, id) = hanging(&world, &root()).await;
    work.abort();
    let started = Instant::now();
    while model.ended.lock().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(5), "it goes on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!assistant.cancel(&root(), &id));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_checked_before_anything_is_done() {
    let world = World::new().await;
    let assistant = world.assistant(None);
    let refused = async |request: AskRequest| match ask(&assistant, &root(), request).await {
        Err(AskError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let asked = |text: &str| question(text, TierChoice::All);
    assert_eq!(refused(asked("  ")).await, "question");
    assert_eq!(refused(asked(&"x".repeat(1_001))).await, "question");
    for limit in [0, 10_001] {
        let request = AskRequest {
            limit: Some(limit),
            ..asked("x")
        };
        assert_eq!(refused(request).await, "limit");
    }
    assert!(assistant.counters().all().is_empty());
}
