//! The OpenAPI 3.1 document, made from the routes and the types they answer with. It is also
//! committed as `docs/openapi.json`, from which the UI's client is generated.

use std::sync::LazyLock;

use actix_web::{App, HttpResponse, get};
use domain::ErrorCode;
use domain::error::Problem;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Components, ContentBuilder, Info, License, OpenApi, Ref, RefOr, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;

use crate::alias::ALIASES;
use crate::router;

/// The document of this build.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .configure(router::routes)
        .split_for_parts();
    document.info = Info::builder()
        .title("stocktake")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description()))
        .license(Some(License::new("MIT")))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    add_schema::<Problem>(components);
    add_schema::<domain::event::EventBody>(components);
    add_schema::<domain::question::AskEvent>(components);
    add_schema::<domain::account::AccountTest>(components);
    add_schema::<domain::account::DiscoverResult>(components);
    components.add_security_scheme(
        "cookie",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("stocktake_session"))),
    );
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let nothing: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("cookie", nothing),
        SecurityRequirement::new("bearer", nothing),
    ]);
    for item in document.paths.paths.values_mut() {
        add_problem(item);
    }
    document
}

/// The document as it is committed and served.
///
/// # Errors
/// When the document cannot be written as JSON, which no document of ours does.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    openapi().to_pretty_json().map(|text| text + "\n")
}

fn add_schema<T: ToSchema + PartialSchema>(components: &mut Components) {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    components.schemas.extend(schemas);
}

fn description() -> String {
    let mut text = String::from(
        "Errors are `application/problem+json` with a stable `code`:\n\n| code | status | meaning |\n|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        text += &format!(
            "| `{}` | {} | {} |\n",
            code.code(),
            code.status(),
            code.title()
        );
    }
    text += "\nBrowsers send the session cookie and, with everything but GET, `X-Stocktake-CSRF: 1`. \
             Programs send a bearer token.\n\nOther addresses that lead here:\n\n| address | leads to |\n|---|---|\n";
    for (alias, address) in ALIASES {
        text += &format!("| `{alias}` | `{address}` |\n");
    }
    text
}

/// Every operation may answer with a problem.
fn add_problem(item: &mut PathItem) {
    let problem = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(problem)).build();
    let response = ResponseBuilder::new()
        .description("What went wrong")
        .content("application/problem+json", content)
        .build();
    let operations = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    for operation in operations.into_iter().flatten() {
        let responses = &mut operation.responses.responses;
        responses
            .entry("default".to_owned())
            .or_insert_with(|| RefOr::T(response.clone()));
    }
}

pub(crate) fn methods(item: &PathItem) -> Vec<&'static str> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    all.into_iter()
        .filter(|(_, operation)| operation.is_some())
        .map(|(name, _)| name)
        .collect()
}

/// This document
#[utoipa::path(tag = "health", responses((status = 200, body = Object)), security(()))]
#[get("/api/openapi.json")]
pub async fn read_openapi() -> HttpResponse {
    static TEXT: LazyLock<Option<String>> = LazyLock::new(|| openapi_json().ok());
    match &*TEXT {
        Some(text) => HttpResponse::Ok()
            .content_type("application/json")
            .body(text.as_str()),
        None => HttpResponse::InternalServerError().finish(),
    }
}
