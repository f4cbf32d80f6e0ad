//! The command line. One file for each command: what it takes, and what it does.

mod audit;
mod backup;
mod catalogue;
mod config;
mod connector;
mod credential;
mod demo;
mod endpoints;
mod export;
mod handover;
mod import;
mod merchant;
mod move_to;
mod named_order;
mod openapi;
mod opening;
mod person;
mod progress;
mod seed;
mod serve;
mod settle;
mod subscription;
mod user;
mod verify;

use std::process::ExitCode;

pub(crate) use seed::Seed;

use clap::{Parser, Subcommand};

use crate::command_error::CommandError;
use crate::place::PlaceOptions;

/// A self-hosted order server that answers in the APIs that a company's systems already speak.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 110)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    place: PlaceOptions,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    #[command(subcommand)]
    Merchant(merchant::Merchant),
    #[command(subcommand)]
    Credential(credential::Credential),
    Import(import::Import),
    Export(export::Export),
    Settle(settle::Settle),
    Handover(handover::Handover),
    #[command(subcommand)]
    Subscription(subscription::Subscription),
    #[command(subcommand)]
    Connector(connector::Connector),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Person(person::Person),
    Catalogue(catalogue::Catalogue),
    Audit(audit::Audit),
    Endpoints(endpoints::Endpoints),
    Openapi(openapi::OpenApi),
    Verify(verify::Verify),
    Backup(backup::Backup),
    Restore(backup::Restore),
    MoveTo(move_to::MoveTo),
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Runs one command. Exit codes: 0 done, 1 failed, 2 not understood.
pub(crate) fn run(line: CommandLine) -> Result<ExitCode, CommandError> {
    let CommandLine { place, command } = line;
    match command {
        Command::Demo(demo) => place.not_for("demo").and_then(|()| demo.run()),
        Command::Serve(serve) => serve.run(place),
        Command::Merchant(merchant) => merchant.run(place),
        Command::Credential(credential) => credential.run(place),
        Command::Import(import) => import.run(place),
        Command::Export(export) => export.run(place),
        Command::Settle(settle) => settle.run(place),
        Command::Handover(handover) => handover.run(place),
        Command::Subscription(subscription) => subscription.run(place),
        Command::Connector(connector) => connector.run(place),
        Command::User(user) => user.run(place),
        Command::Person(person) => person.run(place),
        Command::Catalogue(catalogue) => catalogue.run(place),
        Command::Audit(audit) => audit.run(place),
        Command::Endpoints(endpoints) => Ok(endpoints.run()),
        Command::Openapi(openapi) => openapi.run(),
        Command::Verify(verify) => verify.run(place),
        Command::Backup(backup) => backup.run(place),
        Command::Restore(restore) => restore.run(place),
        Command::MoveTo(moving) => moving.run(place),
        Command::Config(config) => config.run(),
    }
}
