//! Addresses that older documents name, and where they lead. One table; a request to the left is
//! answered as if it had come to the right.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;

/// `(alias, address)`. A match is the whole path, or up to a `/`.
pub const ALIASES: &[(&str, &str)] = &[
    ("/auth/login", "/api/v1/auth/login"),
    ("/api/auth/login", "/api/v1/auth/login"),
    ("/api/workspaces", "/api/v1/workspaces"),
    ("/api/v1/inventory/workspaces", "/api/v1/workspaces"),
    ("/api/v1/inventory/directories", "/api/v1/directories"),
    ("/api/v1/inventory/bundles", "/api/v1/bundles"),
    ("/infrastructure-ai", "/api/v1/ai/query"),
    ("/api/ai/query", "/api/v1/ai/query"),
    ("/api/v1/ai/ask", "/api/v1/ai/query"),
];

pub fn apply(request: &mut ServiceRequest) {
    let Some(target) = resolve(request.path()) else {
        return;
    };
    let query = request.query_string();
    let text = if query.is_empty() {
        target
    } else {
        format!("{target}?{query}")
    };
    let mut parts = request.head().uri.clone().into_parts();
    let Ok(address) = text.parse::<PathAndQuery>() else {
        return;
    };
    parts.path_and_query = Some(address);
    let Ok(uri) = Uri::from_parts(parts) else {
        return;
    };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
}

fn resolve(path: &str) -> Option<String> {
    ALIASES.iter().find_map(|(alias, address)| {
        let rest = path.strip_prefix(alias)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{address}{rest}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_their_addresses() {
        let to = |path| resolve(path);
        assert_eq!(to("/auth/login").as_deref(), Some("/api/v1/auth/login"));
        assert_eq!(
            to("/api/workspaces/ws-1").as_deref(),
            Some("/api/v1/workspaces/ws-1")
        );
        assert_eq!(to("/api/workspacesX"), None);
        assert_eq!(to("/api/v1/workspaces"), None);
        assert!(
            ALIASES.iter().all(|(_, address)| to(address).is_none()),
            "no chains"
        );
    }
}
