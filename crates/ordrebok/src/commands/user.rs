//! `ordrebok user`: the merchants' users, people who sign in on the login server's pages.

use std::io::BufRead;
use std::process::ExitCode;

use book::NewUser;
use clap::Subcommand;

use super::opening::{merchant, with_book};
use crate::command_error::CommandError;
use crate::output;
use crate::place::PlaceOptions;

/// Look after users: the people who sign in on the login server's pages
#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Give a user a password, read from standard input; adds the user when there is none of this name
    ///
    /// Whoever does it has made sure that the name is theirs.
    Password {
        /// Whose user
        #[arg(long, value_name = "NAME")]
        merchant: String,
        /// The user's mail address, or phone number such as +4712345678
        user: String,
    },
}

impl User {
    pub(super) fn run(self, place: PlaceOptions) -> Result<ExitCode, CommandError> {
        let place = place.place()?;
        let Self::Password { merchant: name, user } = self;
        let password = read_password()?;
        with_book(&place, async |book| {
            let merchant = merchant(&book, &name).await?;
            if let Some(known) = book.user_named(merchant.id, &user).await? {
                book.set_password(merchant.id, &known.unique_id, &password)
                    .await?;
                output::line(&format!("User {user} of {name} has a new password."));
            } else {
                let new = NewUser {
                    name: user.clone(),
                    password: Some(password),
                    verified: true,
                };
                book.add_user(merchant.id, new)
                    .await?
                    .ok_or_else(|| CommandError::new(format!("user {user} has just been added")))?;
                output::line(&format!("User {user} of {name} added."));
            }
            Ok(ExitCode::SUCCESS)
        })
    }
}

/// The first line of standard input.
fn read_password() -> Result<String, CommandError> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        CommandError::caused("the password could not be read from standard input", &error)
    })?;
    let password = line.trim_end_matches(['\r', '\n']);
    if !(8..=200).contains(&password.chars().count()) {
        return Err(CommandError::new("a password has 8 to 200 characters")
            .hint("it is read from the first line of standard input"));
    }
    Ok(password.to_owned())
}
