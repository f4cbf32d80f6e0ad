//! The table of stories in `table.txt`: requests and what is answered, readable as documentation.
//!
//! A story begins with `== ` and its name. A line that begins with a method is a request: its path below `/api/v3`, and
//! its body, which may go on over indented lines. A line that begins with a status is what must be answered: at least
//! these members. In bodies `authorize NUMBER PIECES`, `capture NUMBER PIECES`, `refund CAPTURE PIECES` and `void PIECES`
//! stand for the calls of a shop that sells pieces at 10 kroner. `{name}` in a path or body stands for what the last
//! answer that had such a member said. Each story has a merchant of its own; the server runs with `--sandbox`.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::Value;
use stories::{Caller, Options, Stage, afterpay, json, story};

const TABLE: &str = include_str!("table.txt");

#[derive(Debug)]
struct Told {
    name: String,
    lines: Vec<String>,
}

/// The stories, each with its lines; a line that is indented belongs to the one before.
fn told() -> Vec<Told> {
    let mut stories: Vec<Told> = Vec::new();
    for line in TABLE
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        if let Some(name) = line.strip_prefix("== ") {
            let name = name.to_owned();
            stories.push(Told {
                name,
                lines: Vec::new(),
            });
            continue;
        }
        let lines = &mut stories.last_mut().expect("a line belongs to a story").lines;
        match lines.last_mut() {
            Some(before) if line.starts_with(' ') => {
                before.push(' ');
                before.push_str(line.trim());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    stories
}

/// A request's body.
fn body(text: &str) -> Option<Value> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pieces = |text: &str| text.parse().expect("a number of pieces");
    match words.as_slice() {
        [] => None,
        ["authorize", number, count] => Some(afterpay::authorize(number, pieces(count))),
        ["capture", number, count] => Some(afterpay::capture(number, pieces(count))),
        ["refund", capture, count] => Some(afterpay::refund(capture, pieces(count))),
        ["void", count] => Some(afterpay::void(pieces(count))),
        _ => Some(serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))),
    }
}

/// Notes the texts and numbers that an answer has, by the names of their members.
fn learn(value: &Value, known: &mut BTreeMap<String, String>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        if let Some(text) = member.as_str() {
            known.insert(name.clone(), text.to_owned());
        } else if member.is_number() {
            known.insert(name.clone(), member.to_string());
        } else {
            learn(member, known);
        }
    }
    for element in value.as_array().into_iter().flatten() {
        learn(element, known);
    }
}

fn fill(text: &str, known: &BTreeMap<String, String>) -> String {
    known.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// Tells one story; the number of its requests.
async fn tell(shop: &Caller, story: &Told) -> usize {
    let (mut known, mut reply, mut asked) = (BTreeMap::new(), None, 0);
    for line in &story.lines {
        let line = fill(line, &known);
        let (first, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let Ok(status) = first.parse::<u16>() else {
            let method: Method = first.parse().expect("a method");
            let (path, text) = rest.split_once(' ').unwrap_or((rest, ""));
            let mut call = shop.call(method, &format!("/api/v3{path}"));
            if let Some(body) = body(text) {
                call = call.json(&body);
            }
            reply = Some(call.await);
            asked += 1;
            continue;
        };
        let answer: &stories::Reply = reply.as_ref().expect("an answer follows a request");
        assert_eq!(
            answer.status(),
            status,
            "{}: {line}\n{}",
            story.name,
            answer.text()
        );
        learn(&answer.json(), &mut known);
        if !rest.is_empty() {
            let expected = serde_json::from_str(rest).unwrap_or_else(|error| panic!("{error} in {rest}"));
            json::assert_contains(&format!("{}: {line}", story.name), &answer.json(), &expected);
        }
    }
    asked
}

story! {
    async fn every_story_of_the_table_goes_as_it_is_told(stage: Stage) {
        let server = stage.start(&Options::default().sandbox());
        let stories = told();
        let mut asked = 0;
        for story in &stories {
            asked += tell(&server.afterpay_shop().await, story).await;
        }
        assert!(stories.len() >= 50 && asked > 120, "{} stories, {asked} requests", stories.len());
    }
}
