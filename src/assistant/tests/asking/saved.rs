//! Verified pairs: saving, matching, whose they are, and what becomes of them when views change.

use assistant::SaveError;
use domain::listing::PageRequest;
use domain::question::{AskRequest, NewVerifiedQuery, Outcome, Tier, TierChoice};

use crate::model::{Scripted, say};
use crate::world::{World, ask, question, root};

const SQL: &str = "SELECT count(*) AS idle FROM workspaces WHERE last_connected_at IS NULL";

fn pair(world: &World, organization: Option<&str>, sql: &str) -> NewVerifiedQuery {
    NewVerifiedQuery {
        question: "Our idle machines, please?".to_owned(),
        sql: sql.to_owned(),
        organization_id: organization.map(|name| world.organization(name).id.clone()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_is_run_before_it_is_kept_and_answers_its_question() {
    let world = World::new().await;
    let assistant = world.assistant(None);
    for wrong in ["SELECT nope FROM workspaces", "DROP TABLE person", ""] {
        let refused = assistant.save(&root(), pair(&world, None, wrong)).await;
        assert!(matches!(refused, Err(SaveError::Query(_))), "{refused:?}");
    }
    let saved = assistant
        .save(&root(), pair(&world, None, SQL))
        .await
        .unwrap();
    assert_eq!((saved.broken, saved.organization_id), (None, None));
    let again = assistant.save(&root(), pair(&world, None, SQL)).await;
    assert!(matches!(again, Err(SaveError::Store(_))), "{again:?}");

    let globex = world.member("ann", &["Globex"]).await;
    for text in [
        "our IDLE machines please",
        "  Our idle -- machines; please!!",
    ] {
        let answer = ask(&assistant, &globex, question(text, TierChoice::Template))
            .await
            .unwrap();
        assert_eq!(answer.tier, Some(Tier::Verified), "{answer:?}");
        assert_eq!(answer.sql.as_deref(), Some(SQL));
        assert!(answer.understood.unwrap().contains("for everyone"));
    }
    let near = question("our idle machine please", TierChoice::Template);
    let answer = ask(&assistant, &globex, near).await.unwrap();
    assert_ne!(answer.tier, Some(Tier::Verified));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organizations_pair_is_for_its_own_and_offered_to_those_who_see_more() {
    let world = World::new().await;
    let model = Scripted::new([say("cannot_answer: it is a test"), say("cannot_answer: so")]);
    let assistant = world.assistant(Some(model.clone()));
    let new = pair(&world, Some("Globex"), SQL);
    let text = new.question.clone();
    let saved = assistant.save(&root(), new).await.unwrap();
    assert_eq!(saved.organization_name.as_deref(), Some("Globex"));

    let ann = world.member("ann", &["Globex"]).await;
    let own = ask(&assistant, &ann, question(&text, TierChoice::All))
        .await
        .unwrap();
    assert_eq!(
        (own.tier, own.outcome),
        (Some(Tier::Verified), Outcome::Answered)
    );

    let bob = world.member("bob", &["Acme"]).await;
    let other = ask(&assistant, &bob, question(&text, TierChoice::Template))
        .await
        .unwrap();
    assert_ne!(other.tier, Some(Tier::Verified));
    let page = PageRequest::default();
    let listed = store::verified::list(&world.db, &bob.scope, &page).await;
    assert!(listed.unwrap().items.is_empty());

    // What one client's operator saved does not answer for all clients unasked.
    let all = ask(&assistant, &root(), question(&text, TierChoice::All))
        .await
        .unwrap();
    assert_eq!(all.outcome, Outcome::Ambiguous);
    assert_eq!(all.readings.len(), 2, "{:?}", all.readings);
    assert!(all.readings[0].label.contains("rows of Globex only"));
    let chosen = |id: &str| AskRequest {
        reading: Some(id.to_owned()),
        ..question(&text, TierChoice::All)
    };
    let first = ask(&assistant, &root(), chosen(&all.readings[0].id))
        .await
        .unwrap();
    assert_eq!(first.tier, Some(Tier::Verified));
    assert_eq!(first.table.unwrap().rows, own.table.unwrap().rows);
    let anew = ask(&assistant, &root(), chosen("anew")).await.unwrap();
    assert_ne!(anew.tier, Some(Tier::Verified));
    // Nor does it enter the prompt of somebody who sees more than that client.
    for request in model.asked() {
        assert!(!request.messages[0].text.contains("Example:"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn near_pairs_are_shown_to_the_model() {
    let world = World::new().await;
    let model = Scripted::new([say("cannot_answer: it is a test")]);
    let assistant = world.assistant(Some(model.clone()));
    assistant
        .save(&root(), pair(&world, None, SQL))
        .await
        .unwrap();
    let near = question("our idle machines in Paris, please", TierChoice::Model);
    ask(&assistant, &root(), near).await.unwrap();
    let text = &model.asked()[0].messages[0].text;
    let example = format!("Example: Our idle machines, please?\n{SQL}\n");
    assert!(text.contains(&example), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pairs_are_run_again_when_the_views_changed_and_broken_ones_are_not_used() {
    let world = World::new().await;
    let assistant = world.assistant(None);
    let saved = assistant
        .save(&root(), pair(&world, None, SQL))
        .await
        .unwrap();
    // As an older version left it, whose views had another column.
    world
        .db
        .write(|conn| {
            conn.execute(
                "UPDATE verified_query SET sql = 'SELECT gone FROM workspaces', schema_digest = 'x'",
                &[],
            )
        })
        .await
        .unwrap();
    let newer = world.assistant(None);
    let text = saved.question;
    let answer = ask(&newer, &root(), question(&text, TierChoice::Template))
        .await
        .unwrap();
    assert_ne!(answer.tier, Some(Tier::Verified));
    let everything = root().scope;
    let find = store::verified::find(&world.db, &everything, &saved.id);
    let broken = find.await.unwrap().unwrap().broken.unwrap();
    assert!(broken.contains("no such column: gone"), "{broken}");
    assert_eq!(newer.recheck().await.unwrap(), 1);
    assert_eq!(world.assistant(None).recheck().await.unwrap(), 0);
    assert!(store::verified::delete(&world.db, &saved.id).await.unwrap());
    assert!(!store::verified::delete(&world.db, &saved.id).await.unwrap());
}
