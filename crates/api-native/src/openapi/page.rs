//! An OpenAPI document as a page: HTML that needs no script and nothing from elsewhere.

use serde_json::{Map, Value};
use std::fmt::Write;

const STYLE: &str = include_str!("style.css");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// How deep the members of members are shown.
const DEEPEST: usize = 6;

/// The page of one API's document, with links to the others'.
pub(super) fn of(document: &Value, api: &str, apis: &[&str]) -> String {
    let page = Page { document };
    let title = text(&document["info"]["title"]);
    let link = |other: &&str| {
        let current = if *other == api {
            " aria-current=\"page\""
        } else {
            ""
        };
        format!("<li><a href=\"/ordrebok/reference/{other}\"{current}>{other}</a></li>")
    };
    let links = all(apis.iter().map(link));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}: reference</title>\
         <style>{STYLE}</style></head><body><header><b>Ordrebok</b>\
         <nav aria-label=\"APIs\"><ul style=\"display:flex;gap:1rem\">{links}</ul></nav>\
         <a href=\"/ordrebok/openapi/{api}.json\">OpenAPI document</a></header>\
         <nav aria-label=\"Operations\"><ul>{index}</ul></nav><main><h1>{title}</h1><p>{about}</p>{security}{operations}</main>\
         </body></html>\n",
        index = page.index(),
        about = text(&document["info"]["description"]),
        security = page.security(),
        operations = page.operations(),
    )
}

/// Text with HTML's own characters escaped.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

/// Pieces of HTML, one after the other.
fn all(pieces: impl Iterator<Item = String>) -> String {
    pieces.collect()
}

struct Page<'d> {
    document: &'d Value,
}

impl<'d> Page<'d> {
    /// Every operation: its path, its method, and what is said of it.
    fn each(&self) -> impl Iterator<Item = (&'d str, &'static str, &'d Value)> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, operations)| {
            let each = move |method| Some((path.as_str(), method, operations.get(method)?));
            METHODS.into_iter().filter_map(each)
        })
    }

    fn index(&self) -> String {
        let entry = |(path, method, operation): (&str, &str, &Value)| {
            let id = text(&operation["operationId"]);
            format!(
                "<li><a href=\"#{id}\"><span class=\"method\">{}</span> {}</a></li>",
                method.to_uppercase(),
                escaped(path)
            )
        };
        self.each().map(entry).collect()
    }

    fn security(&self) -> String {
        let schemes = self.document["components"]["securitySchemes"].as_object();
        let row = |(name, scheme): (&String, &Value)| {
            format!(
                "<tr><th><code>{}</code></th><td>{}</td></tr>",
                escaped(name),
                text(&scheme["description"])
            )
        };
        let rows: String = schemes.into_iter().flatten().map(row).collect();
        format!("<h3>Who calls</h3><table>{rows}</table>")
    }

    fn operations(&self) -> String {
        self.each()
            .map(|(path, method, operation)| self.operation(path, method, operation))
            .collect()
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> String {
        let mut html = format!(
            "<section id=\"{}\"><h2><span class=\"method\">{}</span> {}</h2><p>{}</p><p>Needs: <code>{}</code></p>",
            text(&operation["operationId"]),
            method.to_uppercase(),
            escaped(path),
            text(&operation["summary"]),
            text(&operation["x-ordrebok-needs"]),
        );
        html.push_str(&parameters(&operation["parameters"]));
        if let Some((media, content)) = first(&operation["requestBody"]["content"]) {
            let needed = if operation["requestBody"]["required"] == true {
                ""
            } else {
                " (may be left out)"
            };
            let schema = self.schema(&content["schema"]);
            // Writing into a String can't fail.
            let _ = write!(
                html,
                "<h3>Request <code>{}</code>{needed}</h3>{schema}",
                escaped(media)
            );
        }
        for (status, response) in operation["responses"].as_object().into_iter().flatten() {
            html.push_str(&self.response(status, response));
        }
        html.push_str("</section>");
        html
    }

    fn response(&self, status: &str, response: &Value) -> String {
        let about = text(&response["description"]);
        let Some((media, content)) = first(&response["content"]) else {
            return format!("<h3>{status}</h3><p>{about}</p>");
        };
        // Errors are the same everywhere: they are folded away.
        let open = if status.starts_with('2') { " open" } else { "" };
        format!(
            "<details{open}><summary><b>{status}</b> <code>{}</code> {about}</summary>{}</details>",
            escaped(media),
            self.schema(&content["schema"])
        )
    }

    fn schema(&self, schema: &Value) -> String {
        format!("<div class=\"schema\">{}</div>", self.members(schema, 0))
    }

    /// A schema, or the one that it names, as a list of its members.
    fn members(&self, schema: &Value, depth: usize) -> String {
        let named = schema["$ref"].as_str().and_then(|name| name.strip_prefix('#'));
        let schema = named
            .and_then(|pointer| self.document.pointer(pointer))
            .unwrap_or(schema);
        let choices = ["anyOf", "oneOf"].iter().find_map(|key| schema[*key].as_array());
        if let Some(choices) = choices.filter(|_| depth < DEEPEST) {
            let choices = choices
                .iter()
                .map(|choice| self.members(choice, depth.saturating_add(1)));
            return choices.collect::<Vec<_>>().join("<p class=\"about\">or</p>");
        }
        if schema["items"].is_object() && depth < DEEPEST {
            return format!(
                "list of {}",
                self.members(&schema["items"], depth.saturating_add(1))
            );
        }
        match schema["properties"].as_object().filter(|_| depth < DEEPEST) {
            Some(properties) => self.object(properties, &schema["required"], depth),
            None => kind(schema),
        }
    }

    fn object(&self, properties: &Map<String, Value>, required: &Value, depth: usize) -> String {
        let member = |(name, schema): (&String, &Value)| {
            let is_required = required
                .as_array()
                .is_some_and(|names| names.contains(&Value::from(name.as_str())));
            let mark = if is_required { "" } else { "?" };
            let about = text(&schema["description"]);
            let members = self.members(schema, depth.saturating_add(1));
            format!(
                "<li><b>{}</b>{mark}: {members} <span class=\"about\">{about}</span></li>",
                escaped(name)
            )
        };
        format!("<ul>{}</ul>", properties.iter().map(member).collect::<String>())
    }
}

/// The type of a schema in a word or a few.
fn kind(schema: &Value) -> String {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> = values.iter().map(|value| escaped(&value.to_string())).collect();
        return values.join(" | ");
    }
    let words = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" or "),
        Value::String(kind) => kind.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "anything".to_owned(),
    };
    match schema["format"].as_str() {
        Some(format) => format!("{} ({})", escaped(&words), escaped(format)),
        None => escaped(&words),
    }
}

fn parameters(parameters: &Value) -> String {
    let row = |parameter: &Value| {
        let needed = if parameter["required"] == true { "" } else { "?" };
        format!(
            "<tr><th><code>{}</code>{needed}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            text(&parameter["name"]),
            text(&parameter["in"]),
            kind(&parameter["schema"]),
            text(&parameter["description"]),
        )
    };
    let rows: String = parameters.as_array().into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!("<h3>Parameters</h3><table>{rows}</table>")
}

fn first(content: &Value) -> Option<(&str, &Value)> {
    let (media, content) = content.as_object()?.iter().next()?;
    Some((media, content))
}
