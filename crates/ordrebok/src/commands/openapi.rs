//! `ordrebok openapi`: the document that describes an API.

use std::process::ExitCode;

use book::Api;
use clap::Args;
use order::Dialect;

use crate::command_error::CommandError;
use crate::{output, server};

/// Print the OpenAPI document of an API, as the server serves it under /ordrebok/openapi/
#[derive(Debug, Args)]
pub(super) struct OpenApi {
    /// Which API
    #[arg(value_parser = api_of, value_name = "connect|afterpay|marketplace|ordrebok")]
    api: Api,
}

fn api_of(word: &str) -> Result<Api, String> {
    Dialect::from_word(word).ok_or_else(|| "it is one of connect, afterpay, marketplace, ordrebok".to_owned())
}

impl OpenApi {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let known = server::DOCUMENTS
            .iter()
            .find(|(api, _)| *api == self.api.as_str());
        let document = known.map_or_else(api_native::document, |(_, document)| document());
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| CommandError::caused("the document could not be written", &error))?;
        output::line(&text);
        Ok(ExitCode::SUCCESS)
    }
}
