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

/// What rooms add their handlers to.
#[derive(Default)]
pub struct Routes(Vec<Route>);

struct Route {
    path: String,
    handler: Box<dyn Handler>,
}

/// A handler of whatever type.
trait Handler {
    fn methods(&self) -> Vec<HttpMethod>;
    fn mount(self: Box<Self>, config: &mut web::ServiceConfig);
    fn describe(&self, paths: &mut Paths, schemas: &mut Vec<(String, RefOr<Schema>)>);
}

impl<F> Handler for F
where
    F: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
{
    fn methods(&self) -> Vec<HttpMethod> {
        F::methods()
    }

    fn mount(self: Box<Self>, config: &mut web::ServiceConfig) {
        config.service(*self);
    }

    fn describe(&self, paths: &mut Paths, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        paths.merge(self.paths());
        self.schemas(schemas);
    }
}

impl Routes {
    pub fn service<F>(&mut self, handler: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static,
    {
        self.0.push(Route { path: F::path(), handler: Box::new(handler) });
        self
    }

    fn of(rooms: fn(&mut Self)) -> Vec<Route> {
        let mut routes = Self::default();
        rooms(&mut routes);
        routes.0
    }
}

/// The scope of everything below a prefix (none is the empty text).
pub fn mount(prefix: &'static str, rooms: fn(&mut Routes)) -> Scope {
    let mut groups: Vec<(String, Vec<Box<dyn Handler>>)> = Vec::new();
    for Route { path, handler } in Routes::of(rooms) {
        let segment = first_segment(&path);
        match groups.iter_mut().find(|(known, _)| known == segment) {
            Some((_, handlers)) => handlers.push(handler),
            None => groups.push((segment.to_owned(), vec![handler])),
        }
    }
    let mut scope = web::scope(prefix);
    for (segment, handlers) in groups {
        let own = guard::fn_guard(move |request| {
            let below = request.head().uri.path().strip_prefix(prefix);
            below.is_some_and(|path| first_segment(path) == segment)
        });
        let group = |config: &mut web::ServiceConfig| {
            handlers.into_iter().for_each(|handler| handler.mount(config));
        };
        scope = scope.service(web::scope("").guard(own).configure(group));
    }
    scope
}

/// The patterns below a prefix, with a method each.
pub fn operations(prefix: &'static str, rooms: fn(&mut Routes)) -> Vec<(String, &'static str)> {
    let each = |Route { path, handler }: Route| {
        let path = format!("{prefix}{path}");
        handler.methods().iter().map(|method| (path.clone(), name(method))).collect::<Vec<_>>()
    };
    Routes::of(rooms).into_iter().flat_map(each).collect()
}

/// Adds what stands below a prefix to the API document.
pub fn describe(api: &mut OpenApi, prefix: &'static str, rooms: fn(&mut Routes)) {
    let (mut paths, mut schemas) = (Paths::new(), Vec::new());
    for route in Routes::of(rooms) {
        route.handler.describe(&mut paths, &mut schemas);
    }
    let below = |(path, item)| (format!("{prefix}{path}"), item);
    let mut whole = Paths::new();
    whole.paths = paths.paths.into_iter().map(below).collect();
    api.paths.merge(whole);
    api.components.get_or_insert_with(Components::new).schemas.extend(schemas);
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
