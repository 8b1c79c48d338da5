//! An estate with several clients, and people who ask about it.

use std::sync::Arc;
use std::time::Duration;

use assistant::evaluation::estate;
use assistant::{AskError, Asker, Assistant, AssistantConfig, Events};
use domain::listing::PageRequest;
use domain::organization::Organization;
use domain::question::{Answer, AskRequest, TierChoice};
use domain::text_model::{Cancel, TextModel};
use domain::{Scope, UserId};
use store::Db;
use store::person::{self, NewPerson};

pub struct World {
    pub db: Db,
    pub organizations: Vec<Organization>,
    /// Removed with the world.
    _folder: tempfile::TempDir,
}

/// Stands where nobody but the store may see it.
pub const HASH: &str = "$argon2id$do-not-leak";

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = estate::build(folder.path(), 1).await.unwrap().remove(0);
        let organizations = store::organization::list(&db, &Scope::All, &PageRequest::default())
            .await
            .unwrap()
            .items;
        assert!(organizations.len() >= 3, "{organizations:?}");
        Self {
            db,
            organizations,
            _folder: folder,
        }
    }

    pub fn organization(&self, name: &str) -> &Organization {
        let mut all = self.organizations.iter();
        all.find(|organization| organization.name == name).unwrap()
    }

    /// Somebody who may see these clients only.
    pub async fn member(&self, name: &str, of: &[&str]) -> Asker {
        let ids = of.iter().map(|name| self.organization(name).id.clone());
        Asker {
            user_id: Some(self.person(name).await),
            name: name.to_owned(),
            scope: Scope::Organizations(ids.collect()),
        }
    }

    async fn person(&self, name: &str) -> UserId {
        let new = NewPerson {
            username: name.to_owned(),
            email: None,
            display_name: None,
            password_hash: HASH.to_owned(),
            global_admin: false,
            memberships: Vec::new(),
        };
        person::create(&self.db, new).await.unwrap().id
    }

    pub fn assistant(&self, model: Option<Arc<dyn TextModel>>) -> Assistant {
        Assistant::new(AssistantConfig {
            db: self.db.clone(),
            model,
            model_deadline: Duration::from_secs(10),
        })
    }
}

/// The control socket.
pub fn root() -> Asker {
    Asker {
        user_id: None,
        name: "control socket".to_owned(),
        scope: Scope::All,
    }
}

pub fn question(text: &str, tier: TierChoice) -> AskRequest {
    AskRequest {
        question: text.to_owned(),
        tier,
        ..AskRequest::default()
    }
}

pub async fn ask(
    assistant: &Assistant,
    asker: &Asker,
    request: AskRequest,
) -> Result<Answer, AskError> {
    assistant
        .ask(asker, request, &Events::nobody(), Cancel::default())
        .await
}
