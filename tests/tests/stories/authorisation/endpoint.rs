//! The list of all operations, as the program prints it.

use axum::http::Method;
use serde_json::{Value, json};
use stories::{Call, Caller, Reply, Server};

/// One operation.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) api: String,
    pub(super) method: Method,
    pub(super) path: String,
    /// What a caller must show.
    pub(super) needs: String,
}

impl Endpoint {
    /// All of them.
    pub(super) fn all(server: &Server) -> Vec<Self> {
        let listed = server.run(&["endpoints"]).expecting(0).stdout;
        let mut endpoints: Vec<Self> = listed.lines().map(Self::of).collect();
        // Who may open which page of the console is a story of its own (`console::access`).
        endpoints.retain(|endpoint| endpoint.api != "console");
        for api in ["connect", "afterpay", "marketplace", "ordrebok"] {
            assert!(
                endpoints.iter().any(|endpoint| endpoint.api == api),
                "no operation of {api} is listed"
            );
        }
        endpoints
    }

    fn of(line: &str) -> Self {
        let [api, method, path, needs] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not an operation: {line}");
        };
        Self {
            api: api.to_owned(),
            method: method.parse().expect("a method"),
            path: path.to_owned(),
            needs: needs.to_owned(),
        }
    }

    /// Its name in the lists of exceptions.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether anybody may call it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.needs.as_str(), "nothing" | "person")
    }

    /// Whether a credential that may only look is refused.
    pub(super) fn writes(&self) -> bool {
        matches!(self.needs.as_str(), "write" | "user-write" | "admin" | "operator")
    }

    /// Whether it is about the installation, which is no merchant's.
    pub(super) fn is_for_operators(&self) -> bool {
        self.needs == "operator"
    }

    /// Whether it is called for a user, who is signed in.
    pub(super) fn is_for_users(&self) -> bool {
        self.needs.starts_with("user-")
    }

    /// A call of it with this body.
    pub(super) fn call(&self, caller: &Caller, path: &str, body: &Value) -> Call {
        let call = caller.call(self.method.clone(), path);
        if self.method == Method::GET {
            call
        } else {
            call.json(body)
        }
    }

    /// Fails unless this is how the API says that nobody it knows is calling.
    #[track_caller]
    pub(super) fn refuses_a_stranger(&self, reply: &Reply, shown: &str) {
        let expected = match (self.api.as_str(), shown) {
            ("connect", _) => (401, json!({ "error": "[text]", "error_description": "[text]" })),
            ("afterpay", _) => (
                401,
                json!({ "message": "Authorization has been denied for this request." }),
            ),
            ("marketplace", "") => (403, json!({ "code": "4117", "message": "[text]" })),
            ("marketplace", _) => (401, json!({ "code": "4116", "message": "[text]" })),
            _ => (
                401,
                json!({ "code": "unauthenticated", "status": 401, "title": "[text]" }),
            ),
        };
        self.is_said(reply, expected);
    }

    /// Fails unless this is how the API says that the caller may look and not change.
    #[track_caller]
    pub(super) fn refuses_a_reader(&self, reply: &Reply) {
        let expected = match self.api.as_str() {
            "connect" => (403, json!({ "error": "insufficient_scope" })),
            "afterpay" => (401, json!({ "message": "[text]", "messageDetail": "[text]" })),
            "marketplace" => (403, json!({ "code": "4121", "message": "[text]" })),
            _ => (403, json!({ "code": "insufficient_scope", "status": 403 })),
        };
        self.is_said(reply, expected);
    }

    #[track_caller]
    fn is_said(&self, reply: &Reply, (status, body): (u16, Value)) {
        assert_eq!(reply.status(), status, "{}: {}", self.name(), reply.text());
        reply.contains(&body);
    }
}
