//! The routes of the rooms, said once: the server mounts them, refusals name them, the API document is made of them.
//!
//! The server puts them into groups by their first segment: a request passes one comparison for each group and the
//! patterns of its own group alone, instead of those of the whole platform. Within a group the order is kept, so a
//! fixed segment is to be named before a parameter in its place.

use actix_web::dev::HttpServiceFactory;
use actix_web::{Scope, guard, web};
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{Components, OpenApi, RefOr};
use utoipa_actix_web::OpenApiFactory;

type Mount = Box<dyn FnOnce(&mut web::ServiceConfig)>;

/// What rooms add their handlers to.
pub struct Routes(Purpose);

enum Purpose {
    Serve(Vec<(String, Vec<Mount>)>),
    Name { prefix: &'static str, operations: Vec<(String, &'static str)> },
    Describe { prefix: &'static str, paths: Paths, schemas: Vec<(String, RefOr<Schema>)> },
}

impl Routes {
    pub fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        match &mut self.0 {
            Purpose::Serve(groups) => {
                let path = F::path();
                let segment = first_segment(&path);
                let mount: Mount = Box::new(move |config| {
                    config.service(handler);
                });
                match groups.iter_mut().find(|(known, _)| known == segment) {
                    Some((_, mounts)) => mounts.push(mount),
                    None => groups.push((segment.to_owned(), vec![mount])),
                }
            }
            Purpose::Name { prefix, operations } => {
                let path = format!("{prefix}{}", F::path());
                operations.extend(F::methods().iter().map(|method| (path.clone(), name(method))));
            }
            Purpose::Describe { prefix, paths, schemas } => {
                let below = |(path, item)| (format!("{prefix}{path}"), item);
                let mut own = Paths::new();
                own.paths = handler.paths().paths.into_iter().map(below).collect();
                paths.merge(own);
                handler.schemas(schemas);
            }
        }
        self
    }
}

/// The scope of everything below a prefix (none is the empty text).
pub fn mount(prefix: &'static str, rooms: fn(&mut Routes)) -> Scope {
    let mut routes = Routes(Purpose::Serve(Vec::new()));
    rooms(&mut routes);
    let Purpose::Serve(groups) = routes.0 else { return web::scope(prefix) };
    let mut scope = web::scope(prefix);
    for (segment, mounts) in groups {
        let own = guard::fn_guard(move |request| {
            let below = request.head().uri.path().strip_prefix(prefix);
            below.is_some_and(|path| first_segment(path) == segment)
        });
        let group = |config: &mut web::ServiceConfig| mounts.into_iter().for_each(|mount| mount(config));
        scope = scope.service(web::scope("").guard(own).configure(group));
    }
    scope
}

/// The patterns below a prefix, with a method each.
pub fn operations(prefix: &'static str, rooms: fn(&mut Routes)) -> Vec<(String, &'static str)> {
    let mut routes = Routes(Purpose::Name { prefix, operations: Vec::new() });
    rooms(&mut routes);
    match routes.0 {
        Purpose::Name { operations, .. } => operations,
        Purpose::Serve(_) | Purpose::Describe { .. } => Vec::new(),
    }
}

/// Adds what stands below a prefix to the API document.
pub fn describe(api: &mut OpenApi, prefix: &'static str, rooms: fn(&mut Routes)) {
    let purpose = Purpose::Describe { prefix, paths: Paths::new(), schemas: Vec::new() };
    let mut routes = Routes(purpose);
    rooms(&mut routes);
    if let Purpose::Describe { paths, schemas, .. } = routes.0 {
        api.paths.merge(paths);
        api.components.get_or_insert_with(Components::new).schemas.extend(schemas);
    }
}

const fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}

/// `achievements` of `/achievements/{id}`.
fn first_segment(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}
