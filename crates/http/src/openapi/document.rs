//! The document: endpoints, and what is said of them, put together.

use super::operation::{Content, Operation, Parameter, Said, Schema};
use crate::{Endpoint, Needs};
use axum::http::Method;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What holds for all operations of an API.
#[derive(Debug, Clone)]
pub struct Api {
    /// Its name.
    pub title: &'static str,
    /// What it is, in Markdown.
    pub about: &'static str,
    /// The security schemes, by name.
    pub schemes: fn() -> Value,
    /// The requirements of what a caller must show: each a security requirement object.
    pub security: fn(Needs) -> Vec<Value>,
    /// Answers that every operation may give: its errors, in the API's own form. They give way to what the operation
    /// says of the same status.
    pub errors: fn(Needs) -> Operation,
}

impl Api {
    /// The OpenAPI document of these endpoints. One that nothing is said of is there by its path and what it needs.
    pub fn document(
        &self,
        endpoints: &[Endpoint],
        describe: impl Fn(&Endpoint) -> Option<Operation>,
    ) -> Value {
        let mut schemas = Schemas::new();
        let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for endpoint in endpoints {
            let said = describe(endpoint);
            let operation = self.operation(endpoint, said, &mut schemas);
            let method = endpoint.method.as_str().to_ascii_lowercase();
            paths.entry(&endpoint.path).or_default().insert(method, operation);
        }
        json!({
            "openapi": "3.1.0",
            "info": { "title": self.title, "description": self.about, "version": env!("CARGO_PKG_VERSION") },
            "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
            "servers": [{ "url": "/" }],
            "paths": paths,
            "components": { "schemas": schemas.named(), "securitySchemes": (self.schemes)() }
        })
    }

    fn operation(&self, endpoint: &Endpoint, said: Option<Operation>, schemas: &mut Schemas) -> Value {
        let is_described = said.is_some();
        let said = said.unwrap_or_else(|| Operation::new("", "").answers("2XX", Schema::Written(json!({}))));
        let id = if is_described {
            said.id.to_owned()
        } else {
            made_up_id(endpoint)
        };
        let mut operation = json!({
            "operationId": id,
            "summary": said.summary,
            "x-ordrebok-needs": endpoint.needs.word(),
            "security": (self.security)(endpoint.needs),
            "parameters": parameters(&endpoint.path, &said.parameters),
            "responses": self.responses(endpoint.needs, &said.said, schemas),
        });
        if let Some((required, content)) = &said.body {
            let schema = schemas.taken(&content.schema);
            operation["requestBody"] = json!({
                "required": required, "content": { content.media: { "schema": schema } }
            });
        }
        operation
    }

    fn responses(&self, needs: Needs, said: &[Said], schemas: &mut Schemas) -> Value {
        let mut responses = said_of(&(self.errors)(needs).said, schemas);
        responses.extend(said_of(said, schemas));
        Value::Object(responses)
    }
}

/// Answers by their status; those of one status may differ in their media type.
fn said_of(said: &[Said], schemas: &mut Schemas) -> Map<String, Value> {
    let mut responses = Map::new();
    for Said {
        status,
        about,
        content,
    } in said
    {
        let response = responses
            .entry(*status)
            .or_insert_with(|| json!({ "description": about }));
        if let Some(Content { media, schema }) = content {
            response["content"][*media] = json!({ "schema": schemas.given(schema) });
        }
    }
    responses
}

fn parameters(path: &str, more: &[Parameter]) -> Vec<Value> {
    let in_path = path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }))
    });
    let others = more.iter().map(|parameter| {
        json!({
            "name": parameter.name, "in": parameter.place, "required": parameter.required,
            "description": parameter.about, "schema": parameter.schema
        })
    });
    in_path.chain(others).collect()
}

/// A name for an operation that has none.
fn made_up_id(Endpoint { method, path, .. }: &Endpoint) -> String {
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let method = Method::as_str(method).to_ascii_lowercase();
    std::iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

/// The schemas of types. Those that are answered are named and shared, those that are taken stand where they are used.
struct Schemas {
    given: SchemaGenerator,
    taken: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let mut given = SchemaSettings::draft2020_12().for_serialize();
        given.definitions_path = "#/components/schemas".into();
        given.meta_schema = None;
        let mut taken = SchemaSettings::draft2020_12().for_deserialize();
        taken.inline_subschemas = true;
        taken.meta_schema = None;
        Self {
            given: SchemaGenerator::new(given),
            taken: SchemaGenerator::new(taken),
        }
    }

    fn given(&mut self, schema: &Schema) -> Value {
        written(schema, &mut self.given)
    }

    fn taken(&mut self, schema: &Schema) -> Value {
        written(schema, &mut self.taken)
    }

    fn named(mut self) -> Map<String, Value> {
        self.given.take_definitions(true)
    }
}

fn written(schema: &Schema, generator: &mut SchemaGenerator) -> Value {
    match schema {
        Schema::Of(of) => of(generator).to_value(),
        Schema::Written(value) => value.clone(),
        Schema::AnyOf(schemas) => {
            let schemas: Vec<_> = schemas.iter().map(|schema| written(schema, generator)).collect();
            json!({ "anyOf": schemas })
        }
    }
}
