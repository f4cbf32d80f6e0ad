//! `ordrebok person`: the people who use the console.

use std::process::ExitCode;

use book::{Book, NewPerson, Person as Somebody, Reach, Role};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Look after the people who sign in to the console under /console
#[derive(Debug, Subcommand)]
pub(super) enum Person {
    Add(Add),
    /// List the operator's people, or those of one merchant: name, role, whose
    List {
        /// Whose; the operator's when it is left out
        #[arg(long, value_name = "NAME")]
        merchant: Option<String>,
    },
    /// Give somebody a new one-time password; all their sessions end
    Password {
        /// Who
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Let somebody in no more; all their sessions end
    Remove {
        /// Who
        name: String,
    },
}

/// Add somebody, and print a one-time password, which they change when they sign in
#[derive(Debug, Args)]
pub(super) struct Add {
    /// What they sign in as
    name: String,

    /// What they may do: look, act on orders, or look after credentials, webhooks and imports as well
    #[arg(long, value_parser = role_of, default_value = "view", value_name = "view|act|administer")]
    role: Role,

    /// Whose orders they see, once for each merchant; all merchants' when it is left out
    #[arg(long = "merchant", value_name = "NAME")]
    merchants: Vec<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn role_of(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "it is one of view, act, administer".to_owned())
}

impl Person {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        with_book(&place, async |book| {
            match self {
                Self::Add(add) => add.run(&book).await?,
                Self::List { merchant: name } => list(&book, name.as_deref()).await?,
                Self::Password { name, json } => {
                    let password = book.reset_person(&name).await?;
                    tell(&format!("{name} has a new password."), &name, &password, json);
                }
                Self::Remove { name } => {
                    book.remove_person(&name).await?;
                    output::line(&format!("{name} is let in no more."));
                }
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

async fn list(book: &Book, whose: Option<&str>) -> Result<(), CommandError> {
    let owner = match whose {
        Some(name) => Some(merchant(book, name).await?.id),
        None => None,
    };
    for person in book.people(owner).await? {
        let whose = whose.unwrap_or("all merchants");
        output::line(&format!("{}\t{}\t{whose}", person.name, person.role.as_str()));
    }
    Ok(())
}

impl Add {
    async fn run(self, book: &Book) -> Result<(), CommandError> {
        let name = usable(&self.name)?;
        let mut merchants = Vec::new();
        for name in &self.merchants {
            merchants.push(merchant(book, name).await?.id);
        }
        let reach = if merchants.is_empty() {
            Reach::All
        } else {
            Reach::of(merchants)
        };
        let new = NewPerson {
            name: name.to_owned(),
            role: self.role,
            reach,
            must_change: true,
        };
        let password = book.add_person(new).await?;
        let role = self.role.as_str();
        tell(
            &format!("{name} added, who may {role}."),
            name,
            &password,
            self.json,
        );
        Ok(())
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'p> {
    name: &'p str,
    password: &'p str,
}

fn tell(what: &str, name: &str, password: &str, json: bool) {
    if json {
        output::json(&Printed { name, password });
    } else {
        output::line(&format!(
            "{what} Their password, shown this once and to be changed when they sign in:\n  {password}"
        ));
    }
}

/// A name that can be typed and listed.
fn usable(name: &str) -> Result<&str, CommandError> {
    if Somebody::can_be_called(name) {
        return Ok(name);
    }
    Err(CommandError::new(
        "a person's name has 1 to 100 characters, no control characters, and no spaces around it",
    ))
}
