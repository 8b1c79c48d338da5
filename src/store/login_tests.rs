//! People, sessions, setup links, secrets and the audit chain.

use crate::fixture::{Estate, estate};
use crate::person::{NewPerson, PersonChange};
use crate::session::NewSession;
use crate::{StoreError, audit, person, secret, session, setup_link};
use domain::audit::NewAuditEntry;
use domain::listing::{PageRequest, Sort};
use domain::user::MembershipChange;
use domain::{OrganizationId, Role, Scope, UtcTime};
fn page() -> PageRequest {
    PageRequest::default()
}

fn conflict<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result.unwrap_err() {
        StoreError::Conflict { what } => what,
        other => panic!("{other:?}"),
    }
}

fn someone(username: &str, admin: bool, memberships: &[(&OrganizationId, Role)]) -> NewPerson {
    NewPerson {
        username: username.to_owned(),
        email: Some(format!("{username}@example.com")),
        display_name: None,
        password_hash: "hash".to_owned(),
        global_admin: admin,
        memberships: memberships
            .iter()
            .map(|(id, role)| MembershipChange {
                organization_id: (*id).clone(),
                role: *role,
            })
            .collect(),
    }
}

#[tokio::test]
async fn people_are_seen_through_shared_organizations_only() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    let (a, g) = (&acme.organization.id, &globex.organization.id);
    assert_eq!(person::count(db).await.unwrap(), 0);
    person::create(db, someone("Root", true, &[]))
        .await
        .unwrap();
    let both = person::create(
        db,
        someone("both", false, &[(a, Role::Admin), (g, Role::Viewer)]),
    )
    .await
    .unwrap();
    let other = person::create(db, someone("other", false, &[(g, Role::Viewer)]))
        .await
        .unwrap();
    let seen = person::list(db, &acme.scope(), None, &page())
        .await
        .unwrap();
    assert_eq!(
        seen.items
            .iter()
            .map(|user| user.username.as_str())
            .collect::<Vec<_>>(),
        ["both"]
    );
    assert_eq!(
        seen.items[0].memberships.len(),
        1,
        "the other client's name does not show"
    );
    assert_eq!(
        person::list(db, &Scope::All, None, &page())
            .await
            .unwrap()
            .total,
        3
    );
    assert_eq!(
        person::list(db, &Scope::All, Some("OTHER@"), &page())
            .await
            .unwrap()
            .total,
        1
    );
    assert!(
        person::find(db, &acme.scope(), &other.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        person::update(db, &acme.scope(), &other.id, PersonChange::default())
            .await
            .unwrap()
            .is_none()
    );
    assert!(!person::delete(db, &acme.scope(), &other.id).await.unwrap());

    // Replacing memberships within a scope leaves those outside it alone.
    let none = PersonChange {
        memberships: Some(vec![MembershipChange {
            organization_id: a.clone(),
            role: Role::Viewer,
        }]),
        ..PersonChange::default()
    };
    person::update(db, &acme.scope(), &both.id, none)
        .await
        .unwrap();
    assert_eq!(
        person::memberships(db, &both.id).await.unwrap(),
        [(a.clone(), Role::Viewer), (g.clone(), Role::Viewer)]
    );
    let reaching = PersonChange {
        memberships: Some(vec![MembershipChange {
            organization_id: g.clone(),
            role: Role::Admin,
        }]),
        ..PersonChange::default()
    };
    let refused = person::update(db, &acme.scope(), &both.id, reaching).await;
    assert!(conflict(refused).starts_with("there is no organization"));
}

#[tokio::test]
async fn usernames_are_unique_and_the_last_admin_stays() {
    let Estate { db, .. } = &estate().await;
    let root = person::create(db, someone("Root", true, &[]))
        .await
        .unwrap();
    assert_eq!(root.username, "root");
    assert!(
        conflict(person::create(db, someone(" ROOT", false, &[])).await)
            .contains("username \"root\"")
    );
    let mut same_mail = someone("second", false, &[]);
    same_mail.email = Some("Root@Example.com".into());
    assert!(conflict(person::create(db, same_mail).await).contains("email"));
    let disable = PersonChange {
        disabled: Some(true),
        ..PersonChange::default()
    };
    assert!(
        conflict(person::update(db, &Scope::All, &root.id, disable.clone()).await)
            .contains("last global admin")
    );
    assert!(
        conflict(person::delete(db, &Scope::All, &root.id).await).contains("last global admin")
    );
    person::create(db, someone("second", true, &[]))
        .await
        .unwrap();
    let changed = person::update(db, &Scope::All, &root.id, disable)
        .await
        .unwrap()
        .unwrap();
    assert!(changed.disabled);
    let login = person::find_by_username(db, " ROOT ")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (login.password_hash.as_str(), login.user.id),
        ("hash", root.id)
    );
}

async fn log_in(estate: &Estate, user: &domain::UserId, expires_at: UtcTime) -> session::Session {
    let new = NewSession {
        user_id: user.clone(),
        secret_hash: "digest".into(),
        kind: "cookie",
        expires_at,
        client_ip: None,
        user_agent: None,
        name: None,
    };
    session::create(&estate.db, new).await.unwrap()
}

#[tokio::test]
async fn disabling_and_new_passwords_end_sessions_in_the_same_commit() {
    let estate = estate().await;
    let db = &estate.db;
    person::create(db, someone("root", true, &[]))
        .await
        .unwrap();
    let ann = person::create(db, someone("ann", false, &[]))
        .await
        .unwrap();
    let (now, later) = (UtcTime::now(), UtcTime::now().plus_days(1));
    let first = log_in(&estate, &ann.id, later).await;
    let second = log_in(&estate, &ann.id, later).await;
    let expired = log_in(&estate, &ann.id, now.plus_days(-1)).await;
    let open = async || session::list_of_user(db, &ann.id, now).await.unwrap().len();
    assert_eq!(open().await, 2);
    assert!(
        person::set_password(db, &ann.id, "new".into(), Some(&first.id))
            .await
            .unwrap()
    );
    assert_eq!(open().await, 1);
    assert!(
        session::find(db, &second.id)
            .await
            .unwrap()
            .unwrap()
            .0
            .revoked_at
            .is_some()
    );
    let disable = PersonChange {
        disabled: Some(true),
        ..PersonChange::default()
    };
    person::update(db, &Scope::All, &ann.id, disable)
        .await
        .unwrap();
    assert_eq!(open().await, 0);
    assert!(!session::revoke(db, &first.id).await.unwrap());
    assert_eq!(
        session::delete_expired(db, now.plus_seconds(-60))
            .await
            .unwrap(),
        1
    );
    assert!(session::find(db, &expired.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_setup_link_works_once_and_only_with_its_person() {
    let Estate { db, .. } = &estate().await;
    let now = UtcTime::now();
    setup_link::create(db, "old".into(), now.plus_seconds(1800))
        .await
        .unwrap();
    setup_link::create(db, "new".into(), now.plus_seconds(1800))
        .await
        .unwrap();
    assert!(
        !setup_link::usable(db, "old", now).await.unwrap(),
        "a newer link replaces it"
    );
    assert!(
        !setup_link::usable(db, "new", now.plus_seconds(1801))
            .await
            .unwrap()
    );
    let nameless = setup_link::redeem_for(db, "new", now, someone(" ", true, &[])).await;
    conflict(nameless);
    assert!(
        setup_link::usable(db, "new", now).await.unwrap(),
        "a failed set-up leaves the link good"
    );
    let (one, two) = tokio::join!(
        setup_link::redeem_for(db, "new", now, someone("one", true, &[])),
        setup_link::redeem_for(db, "new", now, someone("two", true, &[])),
    );
    assert_eq!(
        usize::from(one.unwrap().is_some()) + usize::from(two.unwrap().is_some()),
        1
    );
    assert_eq!(person::count(db).await.unwrap(), 1);
    assert!(!setup_link::redeem(db, "new", now).await.unwrap());
}

#[tokio::test]
async fn a_secret_is_made_once() {
    let Estate { db, .. } = &estate().await;
    let (one, two) = tokio::join!(
        secret::find_or_create(db, "key", || vec![1; 32]),
        secret::find_or_create(db, "key", || vec![2; 32]),
    );
    assert_eq!(one.unwrap(), two.unwrap());
}

fn entry(organization: Option<&OrganizationId>, action: &'static str) -> NewAuditEntry {
    NewAuditEntry {
        actor: "root".into(),
        actor_id: None,
        organization_id: organization.cloned(),
        action,
        subject: Some("it's [\"odd\"]".into()),
        client_ip: None,
        details: serde_json::json!({"a": 1}),
    }
}

#[tokio::test]
async fn the_audit_chain_shows_what_was_altered_or_removed() {
    let Estate {
        db, acme, globex, ..
    } = &estate().await;
    assert_eq!(
        audit::verify(db).await.unwrap(),
        audit::Verification::Whole { entries: 0 }
    );
    for action in ["one", "two", "three", "four"] {
        audit::append(db, entry(Some(&acme.organization.id), action))
            .await
            .unwrap();
    }
    assert_eq!(audit::append(db, entry(None, "five")).await.unwrap(), 5);
    assert_eq!(
        audit::verify(db).await.unwrap(),
        audit::Verification::Whole { entries: 5 }
    );
    let mine = audit::list(db, &acme.scope(), &page()).await.unwrap();
    assert_eq!((mine.total, mine.items[0].action.as_str()), (4, "four"));
    assert_eq!(
        audit::list(db, &globex.scope(), &page())
            .await
            .unwrap()
            .total,
        0
    );
    let up = PageRequest {
        limit: 2,
        cursor: None,
        sort: Some(Sort::parse("sequence")),
    };
    let first = audit::list(db, &Scope::All, &up).await.unwrap();
    let next = PageRequest {
        cursor: first.next_cursor,
        ..up
    };
    let second = audit::list(db, &Scope::All, &next).await.unwrap();
    assert_eq!(
        second.items.iter().map(|e| e.sequence).collect::<Vec<_>>(),
        [3, 4]
    );

    let tamper = async |sql: &'static str| {
        db.write(move |conn| conn.execute(sql, &[])).await.unwrap();
        match audit::verify(db).await.unwrap() {
            audit::Verification::Broken { sequence, reason } => (sequence, reason),
            whole => panic!("{sql}: {whole:?}"),
        }
    };
    let altered = tamper("UPDATE audit_entry SET actor = 'nobody' WHERE sequence = 4").await;
    assert_eq!(altered, (4, "its contents were altered".to_owned()));
    let removed = tamper("DELETE FROM audit_entry WHERE sequence = 2").await;
    assert_eq!(removed, (2, "entry 2 is missing".to_owned()));
}
