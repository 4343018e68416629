//! The OpenAPI document: its head, and what utoipa cannot know.

use utoipa::OpenApi as _;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};

use super::problem::{ProblemBody, ProblemField};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Techmart",
        description = "The backend of a city's online technology-transaction platform (技术市场). Money is in integer fen (fields end in _fen), times are RFC 3339 UTC, days are Asia/Shanghai. Errors are application/problem+json (RFC 9457) with a stable `code`. Every operation names its permission in `x-permission`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody, ProblemField))
)]
struct Head;

/// The head of the document; the rooms add their paths.
pub fn head() -> OpenApi {
    let mut api = Head::openapi();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT or API key").build();
    let components = api.components.get_or_insert_with(Components::new);
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    api
}

/// Gives each operation a name of its own on the whole platform: that of its handler behind that of its room,
/// because generated clients have one name space.
pub fn name_operations(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in methods.into_iter().flatten() {
            let room =
                operation.tags.iter().flatten().next().map(|tag| tag.replace('-', "_")).unwrap_or_default();
            let name = operation.operation_id.take().unwrap_or_default();
            let named = name.starts_with(&room);
            operation.operation_id = Some(if named { name } else { format!("{room}_{name}") });
        }
    }
}

/// Content-Disposition of a download; the name may be Chinese (RFC 6266, RFC 8187).
pub fn attachment(file_name: &str) -> String {
    let ascii: String = file_name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in file_name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}
