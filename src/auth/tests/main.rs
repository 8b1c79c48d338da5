//! Identity over a real database: sessions that end at once, links that work once, and who may
//! change whom.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use auth::{
    Auth, AuthenticateError, Caller, Client, Credential, LoginError, NewAdmin, OwnChange,
    PasswordChange, PersonError, SetupError,
};
use domain::organization::{NewOrganization, Organization};
use domain::user::{MembershipChange, NewUser, User, UserChange};
use domain::{Permission, Role, Scope, UtcTime};
use secrecy::{ExposeSecret, SecretString};
use sha2::Digest;
use store::{Db, StoreConfig};

const PASSWORD: &str = "a long enough password";

struct World {
    db: Db,
    auth: Auth,
    acme: Organization,
    globex: Organization,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(StoreConfig::new(folder.path())).unwrap();
        let organization = |name: &str| {
            let (db, name) = (db.clone(), name.to_owned());
            async move {
                store::organization::create(&db, NewOrganization { name })
                    .await
                    .unwrap()
            }
        };
        let (acme, globex) = (organization("Acme").await, organization("Globex").await);
        let auth = Auth::open(db.clone()).await.unwrap();
        Self {
            auth,
            acme,
            globex,
            db,
            _folder: folder,
        }
    }

    async fn user(&self, name: &str, roles: &[(&Organization, Role)]) -> User {
        let new = NewUser {
            username: name.into(),
            password: PASSWORD.into(),
            email: None,
            display_name: None,
            global_admin: false,
            memberships: memberships(roles),
        };
        self.auth
            .create_user(&Caller::control(), &here(), new)
            .await
            .unwrap()
    }

    async fn cookie(&self, name: &str) -> String {
        let password = SecretString::from(PASSWORD);
        let session = self
            .auth
            .log_in_with_cookie(name, password, &here())
            .await
            .unwrap();
        session.cookie.expose_secret().to_owned()
    }

    async fn token(&self, name: &str) -> String {
        let password = SecretString::from(PASSWORD);
        let answer = self
            .auth
            .log_in_with_token(name, password, &here())
            .await
            .unwrap();
        answer.token.expose_secret().to_owned()
    }

    async fn caller(&self, cookie: &str) -> Caller {
        let session = self
            .auth
            .authenticate(Credential::Cookie(cookie))
            .await
            .unwrap();
        Caller::clone(session.caller())
    }

    async fn ended(&self, credential: Credential<'_>) -> bool {
        matches!(
            self.auth.authenticate(credential).await,
            Err(AuthenticateError::Ended)
        )
    }

    async fn change(&self, user: &User, change: UserChange) {
        self.auth
            .change_user(&Caller::control(), &here(), &user.id, change)
            .await
            .unwrap();
    }

    async fn actions(&self) -> Vec<String> {
        let page = domain::listing::PageRequest {
            limit: 500,
            ..Default::default()
        };
        let log = store::audit::list(&self.db, &Scope::All, &page)
            .await
            .unwrap();
        log.items.into_iter().map(|entry| entry.action).collect()
    }
}

fn memberships(roles: &[(&Organization, Role)]) -> Vec<MembershipChange> {
    let change = |(organization, role): &(&Organization, Role)| MembershipChange {
        organization_id: organization.id.clone(),
        role: *role,
    };
    roles.iter().map(change).collect()
}

fn here() -> Client {
    Client {
        ip: Some(IpAddr::from([192, 0, 2, 1])),
        user_agent: None,
    }
}

#[tokio::test]
async fn a_session_follows_its_person_at_once() {
    let world = World::new().await;
    let ada = world.user("Ada", &[(&world.acme, Role::Viewer)]).await;
    let (cookie, token) = (world.cookie("ada").await, world.token("ADA").await);
    assert!(!world.caller(&cookie).await.may(Permission::RunSync, None));

    let promoted = memberships(&[(&world.acme, Role::Operator)]);
    world
        .change(
            &ada,
            UserChange {
                memberships: Some(promoted),
                ..Default::default()
            },
        )
        .await;
    assert!(
        world
            .caller(&cookie)
            .await
            .may(Permission::RunSync, Some(&world.acme.id))
    );

    world
        .change(
            &ada,
            UserChange {
                disabled: Some(true),
                ..Default::default()
            },
        )
        .await;
    assert!(world.ended(Credential::Cookie(&cookie)).await);
    assert!(world.ended(Credential::Bearer(&token)).await);
    let refused = world
        .auth
        .log_in_with_cookie("ada", PASSWORD.into(), &here())
        .await;
    assert!(matches!(refused, Err(LoginError::Refused)));

    world
        .change(
            &ada,
            UserChange {
                disabled: Some(false),
                ..Default::default()
            },
        )
        .await;
    assert!(
        world.ended(Credential::Cookie(&cookie)).await,
        "an ended session stays ended"
    );
}

#[tokio::test]
async fn forged_and_mixed_up_credentials_are_refused() {
    let world = World::new().await;
    world.user("ada", &[]).await;
    let (cookie, token) = (world.cookie("ada").await, world.token("ada").await);
    let (id, secret) = cookie.split_once('.').unwrap();
    let wrong_secret = format!("{id}.{}", "A".repeat(secret.len()));
    for forged in ["", "x", "a.b", id, &wrong_secret, &token] {
        assert!(world.ended(Credential::Cookie(forged)).await, "{forged}");
    }
    for forged in ["", "x", "a.b.c", &cookie] {
        assert!(world.ended(Credential::Bearer(forged)).await, "{forged}");
    }
    assert!(!world.ended(Credential::Bearer(&token)).await);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_only() {
    let world = World::new().await;
    world.user("ada", &[]).await;
    let (this, other) = (world.cookie("ada").await, world.cookie("ada").await);
    let token = world.token("ada").await;
    let caller = world.caller(&this).await;
    let change = |current: &str, new: &str| OwnChange {
        password: Some(PasswordChange {
            current: current.into(),
            new: new.into(),
        }),
        ..OwnChange::default()
    };
    let wrong = world
        .auth
        .change_self(&caller, &here(), change("wrong", "another good one"))
        .await;
    assert!(matches!(wrong, Err(PersonError::WrongPassword)));
    let weak = world
        .auth
        .change_self(&caller, &here(), change(PASSWORD, "short"))
        .await;
    assert!(matches!(weak, Err(PersonError::Password(_))));
    world
        .auth
        .change_self(&caller, &here(), change(PASSWORD, "another good one"))
        .await
        .unwrap();
    assert!(!world.ended(Credential::Cookie(&this)).await);
    assert!(world.ended(Credential::Cookie(&other)).await);
    assert!(world.ended(Credential::Bearer(&token)).await);
}

#[tokio::test]
async fn a_refused_change_leaves_the_password_as_it_was() {
    let world = World::new().await;
    let ada = world.user("ada", &[]).await;
    let eve = world.user("eve", &[]).await;
    let control = Caller::control();
    let taken = |password: Option<&str>| UserChange {
        email: Some("taken@acme.test".into()),
        password: password.map(str::to_owned),
        ..UserChange::default()
    };
    world
        .auth
        .change_user(&control, &here(), &eve.id, taken(None))
        .await
        .unwrap();
    let cookie = world.cookie("ada").await;
    let other = world.cookie("ada").await;
    let caller = world.caller(&cookie).await;
    let own = OwnChange {
        email: Some("taken@acme.test".into()),
        password: Some(PasswordChange {
            current: PASSWORD.into(),
            new: "another good one".into(),
        }),
        ..OwnChange::default()
    };
    let refused = world.auth.change_self(&caller, &here(), own).await;
    assert!(matches!(refused, Err(PersonError::Store(_))));
    let change = taken(Some("another good one"));
    let refused = world
        .auth
        .change_user(&control, &here(), &ada.id, change)
        .await;
    assert!(matches!(refused, Err(PersonError::Store(_))));
    assert!(!world.ended(Credential::Cookie(&other)).await);
    let again = world
        .auth
        .log_in_with_token("ada", PASSWORD.into(), &here())
        .await;
    assert!(again.is_ok(), "the old password still works");
}

#[tokio::test]
async fn own_sessions_can_be_seen_and_ended_others_not() {
    let world = World::new().await;
    world.user("ada", &[]).await;
    world.user("bob", &[]).await;
    let (ada, bob, token) = (
        world.cookie("ada").await,
        world.cookie("bob").await,
        world.token("ada").await,
    );
    let (ada_caller, bob_caller) = (world.caller(&ada).await, world.caller(&bob).await);
    let mine = world.auth.own_sessions(&ada_caller).await.unwrap();
    assert_eq!(mine.len(), 2);
    assert_eq!(mine.iter().filter(|session| session.current).count(), 1);
    let of_token = mine
        .iter()
        .find(|session| !session.current)
        .unwrap()
        .id
        .clone();
    assert!(
        !world
            .auth
            .end_own_session(&bob_caller, &here(), &of_token)
            .await
            .unwrap()
    );
    assert!(
        world
            .auth
            .end_own_session(&ada_caller, &here(), &of_token)
            .await
            .unwrap()
    );
    assert!(world.ended(Credential::Bearer(&token)).await);
    assert!(!world.ended(Credential::Cookie(&ada)).await);
    assert!(world.actions().await.contains(&"session.ended".to_owned()));
}

#[tokio::test]
async fn open_streams_hear_of_changes() {
    let world = World::new().await;
    let ada = world.user("ada", &[]).await;
    let cookie = world.cookie("ada").await;
    let session = world
        .auth
        .authenticate(Credential::Cookie(&cookie))
        .await
        .unwrap();
    let mut changes = world.auth.changes();
    changes.mark_unchanged();
    assert!(world.auth.refresh(&session).await.is_ok());
    let started = Instant::now();
    world
        .change(
            &ada,
            UserChange {
                disabled: Some(true),
                ..Default::default()
            },
        )
        .await;
    tokio::time::timeout(Duration::from_secs(1), changes.changed())
        .await
        .unwrap()
        .unwrap();
    assert!(world.auth.refresh(&session).await.is_err());
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn every_login_is_written_down_without_what_was_typed() {
    let world = World::new().await;
    world.user("ada", &[]).await;
    world.cookie("ada").await;
    for name in ["ada", "my-secret-in-the-wrong-field"] {
        let refused = world
            .auth
            .log_in_with_cookie(name, "not the password".into(), &here())
            .await;
        assert!(matches!(refused, Err(LoginError::Refused)));
    }
    let actions = world.actions().await;
    let count = |wanted: &str| actions.iter().filter(|action| *action == wanted).count();
    assert_eq!(
        (
            count("login.succeeded"),
            count("login.failed"),
            count("user.created")
        ),
        (1, 2, 1)
    );
    let page = domain::listing::PageRequest {
        limit: 500,
        ..Default::default()
    };
    let log = store::audit::list(&world.db, &Scope::All, &page)
        .await
        .unwrap();
    let text = format!("{log:?}");
    assert!(!text.contains("not the password") && !text.contains("wrong-field"));
    assert!(text.contains("192.0.2.1"));
}

#[tokio::test]
async fn guessing_is_slowed_and_the_right_password_still_works() {
    let world = World::new().await;
    world.user("ada", &[]).await;
    let try_with = |password: &'static str| {
        let auth = world.auth.clone();
        async move {
            auth.log_in_with_cookie("ada", password.into(), &here())
                .await
        }
    };
    let mut wait = None;
    for _ in 0..8 {
        match try_with("a wrong password").await {
            Err(LoginError::Refused) => {}
            Err(LoginError::Throttled(after)) => {
                wait = Some(after.0);
                break;
            }
            _ => panic!("neither refused nor throttled"),
        }
    }
    let wait = wait.expect("the sixth failure is followed by a wait");
    assert!(wait <= Duration::from_secs(1), "{wait:?}");
    assert!(matches!(
        try_with(PASSWORD).await,
        Err(LoginError::Throttled(_))
    ));
    tokio::time::sleep(wait).await;
    assert!(try_with(PASSWORD).await.is_ok());
}

fn admin(name: &str, password: &str) -> NewAdmin {
    NewAdmin {
        username: name.into(),
        password: password.into(),
        email: None,
    }
}

#[tokio::test]
async fn a_setup_link_works_once_and_only_the_newest() {
    let world = World::new().await;
    let (auth, control) = (&world.auth, Caller::control());
    assert!(auth.needs_setup().await.unwrap());
    let old = auth.create_setup_link(&control, &here()).await.unwrap();
    let link = auth.create_setup_link(&control, &here()).await.unwrap();
    let redeem = |token: &SecretString, name: &str, password: &str| {
        let (auth, token, admin) = (auth.clone(), token.clone(), admin(name, password));
        async move {
            auth.redeem_setup_link(&token, admin, &here())
                .await
                .map(|s| s.user)
        }
    };
    let invalid = |result: Result<User, SetupError>| matches!(result, Err(SetupError::LinkInvalid));
    assert!(invalid(redeem(&old.token, "root", PASSWORD).await));
    assert!(invalid(redeem(&"made up".into(), "root", PASSWORD).await));
    let weak = redeem(&link.token, "root", "short").await;
    assert!(
        matches!(weak, Err(SetupError::Password(_))),
        "and the link is not used up"
    );
    let user = redeem(&link.token, "Root", PASSWORD).await.unwrap();
    assert!(user.global_admin && user.username == "root");
    assert!(invalid(redeem(&link.token, "second", PASSWORD).await));
    assert!(!auth.needs_setup().await.unwrap());
    assert!(
        link.url("http://h/")
            .starts_with("http://h/setup#token=first-")
    );
}

#[tokio::test]
async fn a_link_expires() {
    let world = World::new().await;
    let digest = sha2::Sha256::digest(b"recover-x");
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let expiry = |seconds| UtcTime::now().plus_seconds(seconds);
    for (seconds, works) in [(-1, false), (60, true)] {
        store::setup_link::create(&world.db, hash.clone(), expiry(seconds))
            .await
            .unwrap();
        let token = SecretString::from("recover-x");
        let result = world
            .auth
            .redeem_setup_link(&token, admin("root", PASSWORD), &here())
            .await;
        assert_eq!(result.is_ok(), works, "{seconds}");
    }
}

#[tokio::test]
async fn a_first_link_ends_with_the_first_user_and_a_later_one_lets_back_in() {
    let world = World::new().await;
    let (auth, control) = (&world.auth, Caller::control());
    let first = auth.create_setup_link(&control, &here()).await.unwrap();
    let ada = world.user("ada", &[(&world.acme, Role::Viewer)]).await;
    let late = auth
        .redeem_setup_link(&first.token, admin("mallory", PASSWORD), &here())
        .await;
    assert!(matches!(late, Err(SetupError::AlreadySetUp)));

    let cookie = world.cookie("ada").await;
    world
        .change(
            &ada,
            UserChange {
                disabled: Some(true),
                ..Default::default()
            },
        )
        .await;
    let again = auth.create_setup_link(&control, &here()).await.unwrap();
    let from = here();
    let back = auth.redeem_setup_link(&again.token, admin("ada", "a brand new password"), &from);
    let user = back.await.unwrap().user;
    assert!(user.global_admin && !user.disabled && user.id == ada.id);
    assert!(world.ended(Credential::Cookie(&cookie)).await);
    assert!(world.actions().await.contains(&"user.recovered".to_owned()));
}

#[tokio::test]
async fn an_organizations_admin_manages_only_their_own_people() {
    let world = World::new().await;
    world.user("boss", &[(&world.acme, Role::Admin)]).await;
    let own = world.user("own", &[(&world.acme, Role::Viewer)]).await;
    let shared = world
        .user(
            "shared",
            &[(&world.acme, Role::Viewer), (&world.globex, Role::Admin)],
        )
        .await;
    let foreign = world
        .user("foreign", &[(&world.globex, Role::Viewer)])
        .await;
    let boss = world.caller(&world.cookie("boss").await).await;
    let disable = || UserChange {
        disabled: Some(true),
        ..Default::default()
    };
    let roles = |roles: &[(&Organization, Role)]| UserChange {
        memberships: Some(memberships(roles)),
        ..Default::default()
    };
    let change = |user: &User, change: UserChange| {
        let (auth, boss, id) = (world.auth.clone(), boss.clone(), user.id.clone());
        async move { auth.change_user(&boss, &here(), &id, change).await }
    };

    assert!(change(&own, disable()).await.is_ok());
    assert!(matches!(
        change(&foreign, disable()).await,
        Err(PersonError::NotFound)
    ));
    assert!(matches!(
        change(&shared, disable()).await,
        Err(PersonError::Beyond(_))
    ));
    let outside = change(&own, roles(&[(&world.globex, Role::Viewer)])).await;
    assert!(matches!(outside, Err(PersonError::Denied(_))));
    let global = UserChange {
        global_admin: Some(true),
        ..Default::default()
    };
    assert!(matches!(
        change(&own, global).await,
        Err(PersonError::Beyond(_))
    ));

    let changed = change(&shared, roles(&[(&world.acme, Role::Operator)]))
        .await
        .unwrap();
    assert_eq!(
        changed.memberships.len(),
        1,
        "others' organizations are not shown"
    );
    let all = store::person::find(&world.db, &Scope::All, &shared.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(all.memberships.len(), 2, "and not touched");

    let new = |global_admin, roles: &[(&Organization, Role)]| NewUser {
        username: "new".into(),
        password: PASSWORD.into(),
        email: None,
        display_name: None,
        global_admin,
        memberships: memberships(roles),
    };
    for refused in [
        new(true, &[(&world.acme, Role::Viewer)]),
        new(false, &[]),
        new(false, &[(&world.globex, Role::Viewer)]),
    ] {
        let result = world.auth.create_user(&boss, &here(), refused).await;
        assert!(matches!(
            result,
            Err(PersonError::Beyond(_) | PersonError::Denied(_))
        ));
    }
    let from = here();
    let made = world
        .auth
        .create_user(&boss, &from, new(false, &[(&world.acme, Role::Viewer)]));
    let made = made.await.unwrap();
    assert!(
        world
            .auth
            .delete_user(&boss, &here(), &made.id)
            .await
            .is_ok()
    );
    let refused = world.auth.delete_user(&boss, &here(), &shared.id).await;
    assert!(matches!(refused, Err(PersonError::Beyond(_))));
}
