//! People who log in, their memberships, and the hashes of their passwords. Hashes come from and
//! go to the auth room only; no list carries them.

mod change;

use domain::listing::{Page, PageRequest};
use domain::user::{Membership, MembershipChange, User};
use domain::{OrganizationId, Role, Scope, UserId, UtcTime};

pub use change::{delete, set_password, update};

use crate::conn::{Conn, Row};
use crate::db::Db;
use crate::error::StoreError;
use crate::page::{Listing, SortColumn, column, nullable};
use crate::select::Conditions;

/// A person about to be written; the password is already hashed.
#[derive(Clone)]
pub struct NewPerson {
    pub username: String,
    pub email: Option<String>,
    pub display_name: Option<String>,
    /// PHC string.
    pub password_hash: String,
    pub global_admin: bool,
    pub memberships: Vec<MembershipChange>,
}

/// What changes; absent fields stay.
#[derive(Clone, Default)]
pub struct PersonChange {
    /// An empty text removes it.
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub password_hash: Option<String>,
    pub disabled: Option<bool>,
    pub global_admin: Option<bool>,
    /// Replaces the memberships in organizations the caller sees; others stay.
    pub memberships: Option<Vec<MembershipChange>>,
}

/// A person and what their password is checked against.
#[derive(Clone)]
pub struct Login {
    pub user: User,
    pub password_hash: String,
}

const COLUMNS: &str = "p.user_id, p.username, p.email, p.display_name, p.global_admin, p.disabled,
    p.created_at, p.last_login_at";

const SORTS: &[SortColumn] = &[
    column("username", "p.username"),
    nullable("email", "p.email"),
    nullable("display_name", "p.display_name"),
    column("global_admin", "p.global_admin"),
    column("disabled", "p.disabled"),
    column("created_at", "p.created_at"),
    nullable("last_login_at", "p.last_login_at"),
];

fn from_row(row: &Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        id: row.get(0)?,
        username: row.get(1)?,
        email: row.get(2)?,
        display_name: row.get(3)?,
        global_admin: row.get(4)?,
        disabled: row.get(5)?,
        created_at: row.get(6)?,
        last_login_at: row.get(7)?,
        memberships: Vec::new(),
    })
}

/// Adds the memberships that the caller may see.
fn with_memberships(conn: &Conn, scope: &Scope, mut user: User) -> Result<User, StoreError> {
    let mut conditions = Conditions::in_scope(scope, "m.organization_id");
    conditions.any_of("m.user_id", [&user.id]);
    let sql = format!(
        "SELECT m.organization_id, o.name, m.role FROM membership m
         JOIN organization o ON o.organization_id = m.organization_id {} ORDER BY o.name",
        conditions.sql()
    );
    user.memberships = conn.query(&sql, &conditions.values(), |row| {
        Ok(Membership {
            organization_id: row.get(0)?,
            organization_name: row.get(1)?,
            role: row
                .get::<String>(2)?
                .parse::<Role>()
                .map_err(|error| StoreError::Unreadable(error.to_string()))?,
        })
    })?;
    Ok(user)
}

/// People the caller may see: all of them, or those with a membership in scope.
fn visible(scope: &Scope) -> Conditions {
    let mut conditions = Conditions::default();
    if let Scope::Organizations(set) = scope {
        let places: Vec<String> = set.iter().map(|id| conditions.bind(id)).collect();
        let inner = if places.is_empty() {
            "NULL".to_owned()
        } else {
            places.join(", ")
        };
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM membership s WHERE s.user_id = p.user_id
               AND s.organization_id IN ({inner}))"
        ));
    }
    conditions
}

pub async fn create(db: &Db, new: NewPerson) -> Result<User, StoreError> {
    db.write(move |conn| insert(conn, new)).await
}

pub(crate) fn insert(conn: &Conn, new: NewPerson) -> Result<User, StoreError> {
    let username = new.username.trim().to_lowercase();
    if username.is_empty() {
        return Err(StoreError::conflict("a user needs a username"));
    }
    let email = new.email.as_deref().and_then(tidy_email);
    free(conn, "username", &username, None)?;
    if let Some(email) = &email {
        free(conn, "email", email, None)?;
    }
    let id = UserId::new();
    conn.execute(
        "INSERT INTO person (user_id, username, email, display_name, password_hash, global_admin,
           disabled, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
        &[
            &id,
            &username,
            &email,
            &new.display_name,
            &new.password_hash,
            &new.global_admin,
            &UtcTime::now(),
        ],
    )?;
    set_memberships(conn, &id, &new.memberships)?;
    conn.changed("users");
    fetch(conn, &Scope::All, &id)?
        .ok_or_else(|| StoreError::Database("a person just written is not there".to_owned()))
}

fn tidy_email(text: &str) -> Option<String> {
    Some(text.trim().to_lowercase()).filter(|text| !text.is_empty())
}

fn free(
    conn: &Conn,
    what: &'static str,
    value: &str,
    own: Option<&UserId>,
) -> Result<(), StoreError> {
    let sql = if what == "email" {
        "SELECT user_id FROM person WHERE email = $1"
    } else {
        "SELECT user_id FROM person WHERE username = $1"
    };
    let holder: Option<UserId> = conn.query_opt(sql, &[&value], |row| row.get(0))?;
    match holder {
        Some(id) if Some(&id) != own => Err(StoreError::conflict(format!(
            "there is already a user with the {what} {value:?}"
        ))),
        _ => Ok(()),
    }
}

fn set_memberships(
    conn: &Conn,
    id: &UserId,
    memberships: &[MembershipChange],
) -> Result<(), StoreError> {
    for membership in memberships {
        let known = conn.query_opt(
            "SELECT 1 FROM organization WHERE organization_id = $1",
            &[&membership.organization_id],
            |_| Ok(()),
        )?;
        if known.is_none() {
            return Err(StoreError::conflict(format!(
                "there is no organization {}",
                membership.organization_id
            )));
        }
        conn.execute(
            "INSERT INTO membership (user_id, organization_id, role) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, organization_id) DO UPDATE SET role = excluded.role",
            &[id, &membership.organization_id, &membership.role.as_str()],
        )?;
    }
    Ok(())
}

pub(crate) fn fetch(conn: &Conn, scope: &Scope, id: &UserId) -> Result<Option<User>, StoreError> {
    let mut conditions = visible(scope);
    conditions.any_of("p.user_id", [id]);
    let sql = format!("SELECT {COLUMNS} FROM person p {}", conditions.sql());
    conn.query_opt(&sql, &conditions.values(), from_row)?
        .map(|user| with_memberships(conn, scope, user))
        .transpose()
}

/// A person with the memberships the caller may see.
pub async fn find(db: &Db, scope: &Scope, id: &UserId) -> Result<Option<User>, StoreError> {
    let (scope, id) = (scope.clone(), id.clone());
    db.read(move |conn| fetch(conn, &scope, &id)).await
}

/// For logging in: the person, all memberships, and the hash.
pub async fn find_by_username(db: &Db, username: &str) -> Result<Option<Login>, StoreError> {
    find_login(db, "username", username.trim().to_lowercase()).await
}

/// For checking a password again, such as before it is changed.
pub async fn find_login_by_id(db: &Db, id: &UserId) -> Result<Option<Login>, StoreError> {
    find_login(db, "user_id", id.to_string()).await
}

async fn find_login(
    db: &Db,
    key: &'static str,
    value: String,
) -> Result<Option<Login>, StoreError> {
    db.read(move |conn| {
        let sql = format!("SELECT {COLUMNS}, p.password_hash FROM person p WHERE p.{key} = $1");
        let found = conn.query_opt(&sql, &[&value], |row| {
            Ok((from_row(row)?, row.get::<String>(8)?))
        })?;
        found
            .map(|(user, password_hash)| {
                let user = with_memberships(conn, &Scope::All, user)?;
                Ok(Login {
                    user,
                    password_hash,
                })
            })
            .transpose()
    })
    .await
}

/// People the caller may see; `q` is looked for in names and addresses.
pub async fn list(
    db: &Db,
    scope: &Scope,
    q: Option<&str>,
    request: &PageRequest,
) -> Result<Page<User>, StoreError> {
    let mut conditions = visible(scope);
    if let Some(q) = q {
        let place = conditions.bind(q.to_lowercase());
        conditions.push(format!(
            "instr(lower(p.username || ' ' || coalesce(p.email, '') || ' ' ||
               coalesce(p.display_name, '')), {place}) > 0"
        ));
    }
    let (scope, request, fingerprint) = (scope.clone(), request.clone(), format!("{q:?}"));
    db.read(move |conn| {
        let listing = Listing {
            name: "users",
            columns: COLUMNS,
            from: "person p",
            sorts: SORTS,
            default_sort: "username",
            ids: &["p.user_id"],
            fingerprint: &fingerprint,
        };
        let mut page = listing.page(conn, &conditions, &request, from_row)?;
        page.items = page
            .items
            .into_iter()
            .map(|user| with_memberships(conn, &scope, user))
            .collect::<Result<_, _>>()?;
        page.as_of = Some(UtcTime::now());
        Ok(page)
    })
    .await
}

/// How many people there are; none means the installation is not set up.
pub async fn count(db: &Db) -> Result<u64, StoreError> {
    db.read(|conn| conn.query_one("SELECT count(*) FROM person", &[], |row| row.get(0)))
        .await
}

/// Remembers a login that worked.
pub async fn record_login(db: &Db, id: &UserId, at: UtcTime) -> Result<(), StoreError> {
    let id = id.clone();
    db.write(move |conn| {
        conn.execute(
            "UPDATE person SET last_login_at = $2 WHERE user_id = $1",
            &[&id, &at],
        )?;
        Ok(())
    })
    .await
}

/// How many people who may log in have one of these roles in the organization, global admins included.
pub async fn count_with_role(
    db: &Db,
    organization_id: &OrganizationId,
    roles: &[Role],
) -> Result<u64, StoreError> {
    let id = organization_id.clone();
    let mut conditions = Conditions::default();
    conditions.any_of("m.role", roles.iter().map(|role| role.as_str()));
    let organization = conditions.bind(&id);
    conditions.push(format!("m.organization_id = {organization}"));
    db.read(move |conn| {
        let sql = format!(
            "SELECT count(*) FROM person p WHERE p.disabled = 0 AND (p.global_admin = 1
               OR p.user_id IN (SELECT m.user_id FROM membership m {}))",
            conditions.sql()
        );
        conn.query_one(&sql, &conditions.values(), |row| row.get(0))
    })
    .await
}

/// Which organizations a person belongs to, and as what.
pub async fn memberships(db: &Db, id: &UserId) -> Result<Vec<(OrganizationId, Role)>, StoreError> {
    let found = find(db, &Scope::All, id).await?;
    Ok(found.map_or_else(Vec::new, |user| {
        user.memberships
            .into_iter()
            .map(|membership| (membership.organization_id, membership.role))
            .collect()
    }))
}
