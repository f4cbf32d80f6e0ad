//! What a story is: a function that is told once on each database.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::{Backend, Database, Options, Server, run};

/// What a story begins with.
pub trait Scene: Sized {
    /// Makes it, on a database that is empty.
    fn set(database: Arc<Database>) -> impl Future<Output = Self>;
}

impl Scene for Server {
    async fn set(database: Arc<Database>) -> Self {
        Self::start(&database, &Options::default())
    }
}

/// An empty database, for stories that start their servers themselves.
#[derive(Debug)]
pub struct Stage {
    /// The database.
    pub database: Arc<Database>,
}

impl Stage {
    /// Starts a server on it.
    pub fn start(&self, options: &Options) -> Server {
        Server::start(&self.database, options)
    }

    /// Runs one command of the program on it.
    pub fn run(&self, arguments: &[&str]) -> crate::Run {
        self.database.run(arguments)
    }
}

impl Scene for Stage {
    async fn set(database: Arc<Database>) -> Self {
        Self { database }
    }
}

/// Makes a test of one story for each database. See the crate's page.
#[macro_export]
macro_rules! story {
    ($($(#[$attribute:meta])* async fn $name:ident($scene:ident: $kind:ty) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports, reason = "a story may need nothing of its module")]
            use super::*;

            async fn story($scene: $kind) $body

            #[test]
            fn sqlite() {
                $crate::tell($crate::Backend::Sqlite, story);
            }

            #[test]
            fn postgres() {
                $crate::tell($crate::Backend::Postgres, story);
            }
        }
    )+};
}

/// Tells a story on one database, and has the program verify at its end what the story left behind.
pub fn tell<S: Scene, F: Future<Output = ()>>(backend: Backend, story: impl FnOnce(S) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let database = Arc::new(Database::create(backend).await);
        let scene = S::set(Arc::clone(&database)).await;
        story(scene).await;
        run(&database.command(&["verify"])).expect(0);
    });
}

/// Asks again and again until the answer is there, for at most 30 seconds.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "30 seconds have passed without: {what}"
        );
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(200));
    }
}
