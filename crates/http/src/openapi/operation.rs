//! What is said of one operation, beside what its route says.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

/// The schema of a body or of a parameter.
#[derive(Debug, Clone)]
pub enum Schema {
    /// That of a type.
    Of(fn(&mut SchemaGenerator) -> schemars::Schema),
    /// This JSON Schema.
    Written(Value),
    /// One of these.
    AnyOf(Vec<Self>),
}

impl Schema {
    /// That of this type.
    pub fn of<T: JsonSchema>() -> Self {
        Self::Of(SchemaGenerator::subschema_for::<T>)
    }

    /// An object with these members, of which those that end in `!` must be there. What is said of a member is its
    /// type: `text`, `number`, `integer`, `boolean`, `object`, `list` (of objects), or a type of JSON Schema.
    pub fn object(members: &[(&str, &str)]) -> Self {
        let required: Vec<&str> = members
            .iter()
            .filter_map(|(name, _)| name.strip_suffix('!'))
            .collect();
        let properties: serde_json::Map<String, Value> = members
            .iter()
            .map(|(name, kind)| (name.trim_end_matches('!').to_owned(), simple(kind)))
            .collect();
        let mut object = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        Self::Written(object)
    }

    /// A list in a member of this name.
    pub fn list_in(member: &str, of: &Value) -> Self {
        Self::Written(json!({
            "type": "object", "required": [member], "properties": { member: { "type": "array", "items": of } }
        }))
    }
}

fn simple(kind: &str) -> Value {
    match kind {
        "text" => json!({ "type": "string" }),
        "list" => json!({ "type": "array", "items": { "type": "object" } }),
        "texts" => json!({ "type": "array", "items": { "type": "string" } }),
        "any" => json!({}),
        kind => json!({ "type": kind }),
    }
}

/// A parameter of the query, or a header.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub(super) place: &'static str,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) required: bool,
    pub(super) schema: Value,
}

impl Parameter {
    /// A parameter of the query: a text.
    pub fn query(name: &str, about: &str) -> Self {
        Self {
            place: "query",
            name: name.to_owned(),
            about: about.to_owned(),
            required: false,
            schema: json!({ "type": "string" }),
        }
    }

    /// A header.
    pub fn header(name: &str, about: &str) -> Self {
        Self {
            place: "header",
            ..Self::query(name, about)
        }
    }

    /// The same, which must be there.
    #[must_use]
    pub fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// The same, of this JSON Schema.
    #[must_use]
    pub fn like(self, schema: Value) -> Self {
        Self { schema, ..self }
    }
}

/// A body that is sent, or answered.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) media: &'static str,
    pub(super) schema: Schema,
}

/// One answer: its status (`200`, or `4XX` for all of a sort), what it means, its body.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) status: &'static str,
    pub(super) about: &'static str,
    pub(super) content: Option<Content>,
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<(bool, Content)>,
    pub(super) said: Vec<Said>,
}

const JSON: &str = "application/json";

impl Operation {
    /// An operation by the name that generated clients give it, and what it does, in a sentence.
    pub fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            parameters: Vec::new(),
            body: None,
            said: Vec::new(),
        }
    }

    /// The same with more parameters.
    #[must_use]
    pub fn with(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    /// The same with a JSON body that must be sent.
    #[must_use]
    pub fn takes(mut self, schema: Schema) -> Self {
        self.body = Some((true, Content { media: JSON, schema }));
        self
    }

    /// The same with a JSON body that may be left out.
    #[must_use]
    pub fn may_take(mut self, schema: Schema) -> Self {
        self.body = Some((false, Content { media: JSON, schema }));
        self
    }

    /// The same with a form that must be sent.
    #[must_use]
    pub fn takes_form(mut self, schema: Schema) -> Self {
        let media = "application/x-www-form-urlencoded";
        self.body = Some((true, Content { media, schema }));
        self
    }

    /// The same with an answer in JSON.
    #[must_use]
    pub fn answers(self, status: &'static str, schema: Schema) -> Self {
        self.answers_as(status, JSON, schema)
    }

    /// The same with an answer of another media type.
    #[must_use]
    pub fn answers_as(mut self, status: &'static str, media: &'static str, schema: Schema) -> Self {
        let content = Some(Content { media, schema });
        let about = meaning(status);
        self.said.push(Said {
            status,
            about,
            content,
        });
        self
    }

    /// The same with an answer without a body.
    #[must_use]
    pub fn answers_bare(mut self, status: &'static str) -> Self {
        let about = meaning(status);
        self.said.push(Said {
            status,
            about,
            content: None,
        });
        self
    }
}

fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "Done.",
        "201" => "Made.",
        "202" => "Taken; it is done later.",
        "204" => "Done; there is nothing to say.",
        "303" => "The browser is sent on.",
        "304" => "The client has this version already.",
        "401" => "No credential, or one that is not accepted.",
        "403" => "The credential may not do this.",
        "404" => "There is no such thing.",
        "405" => "The path does not take this method.",
        "4XX" => "The request is refused; the body says why.",
        "503" => "Busy, or the database can't be used just now: try again in a moment.",
        "5XX" => "The server failed, or is busy; the body says no more than that.",
        _ => "An answer.",
    }
}
