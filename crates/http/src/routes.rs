//! Routes and the list of them, built together, so that the list can leave none out.
//!
//! A dialect has one table of its operations ([`Routes`]). The router is made of it, and so is the list
//! ([`Endpoint`]) that `ordrebok endpoints` prints, that the OpenAPI documents are made of, and that the tests of who
//! may call what are compared with.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, any, on};

/// What a caller must show to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing, or what the request itself says (a token request, a health check).
    Nothing,
    /// A person with a browser: the page itself finds out who they are.
    Person,
    /// A credential that may look.
    Read,
    /// A credential that may change something.
    Write,
    /// A token that a signed-in user has let the client have, to look.
    UserRead,
    /// The same, to change something.
    UserWrite,
    /// A credential that may say who else may, for its own merchant.
    Admin,
    /// An operator's credential, which is no merchant's.
    Operator,
}

impl Needs {
    /// The word for it, as the list has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Person => "person",
            Self::Read => "read",
            Self::Write => "write",
            Self::UserRead => "user-read",
            Self::UserWrite => "user-write",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }
}

/// One operation, by its method and the template of its path, such as `/v3/customers/{customer}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its method. GET stands for HEAD as well.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: String,
    /// What a caller must show.
    pub needs: Needs,
}

/// Routes, and what each of them is.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<S>,
    endpoints: Vec<Endpoint>,
    slashes: bool,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self {
            router: Router::new(),
            endpoints: Vec::new(),
            slashes: false,
        }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// What is added from now on is there under its path with a slash at the end as well: clients write one that the API
    /// does not have. The list has it once.
    #[must_use]
    pub fn with_slashes(mut self) -> Self {
        self.slashes = true;
        self
    }

    /// Adds a GET, which answers HEAD as well.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(self, path: &str, needs: Needs, handler: H) -> Self {
        self.with((Method::GET, MethodFilter::GET), (path, needs), handler)
    }

    /// Adds a POST.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(self, path: &str, needs: Needs, handler: H) -> Self {
        self.with((Method::POST, MethodFilter::POST), (path, needs), handler)
    }

    /// Adds a PUT.
    #[must_use]
    pub fn put<H: Handler<T, S>, T: 'static>(self, path: &str, needs: Needs, handler: H) -> Self {
        self.with((Method::PUT, MethodFilter::PUT), (path, needs), handler)
    }

    /// Adds a PATCH.
    #[must_use]
    pub fn patch<H: Handler<T, S>, T: 'static>(self, path: &str, needs: Needs, handler: H) -> Self {
        self.with((Method::PATCH, MethodFilter::PATCH), (path, needs), handler)
    }

    /// Adds a DELETE.
    #[must_use]
    pub fn delete<H: Handler<T, S>, T: 'static>(self, path: &str, needs: Needs, handler: H) -> Self {
        self.with((Method::DELETE, MethodFilter::DELETE), (path, needs), handler)
    }

    /// Adds a POST whose handler refuses all other methods itself, in words of its own.
    #[must_use]
    pub fn post_or_refuse<H: Handler<T, S>, T: 'static>(
        mut self,
        path: &str,
        needs: Needs,
        handler: H,
    ) -> Self {
        self.router = self.router.route(path, any(handler));
        self.note(Method::POST, path, needs);
        self
    }

    /// These and those.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.endpoints.extend(other.endpoints);
        self
    }

    /// The router.
    pub fn router(self) -> Router<S> {
        self.router
    }

    /// The list, in the order in which the routes were added.
    pub fn endpoints(self) -> Vec<Endpoint> {
        self.endpoints
    }

    fn with<H: Handler<T, S>, T: 'static>(
        mut self,
        (method, filter): (Method, MethodFilter),
        (path, needs): (&str, Needs),
        handler: H,
    ) -> Self {
        if self.slashes {
            let same = format!("{path}/");
            self.router = self.router.route(&same, on(filter, handler.clone()));
        }
        self.router = self.router.route(path, on(filter, handler));
        self.note(method, path, needs);
        self
    }

    fn note(&mut self, method: Method, path: &str, needs: Needs) {
        let path = path.to_owned();
        self.endpoints.push(Endpoint { method, path, needs });
    }
}
