//! The command line, which outside programs rely on.

use stories::{Options, Server, Stage, story};

story! {
    /// Merchants are added once, and listed.
    async fn merchants_are_added_and_listed(stage: Stage) {
        stage.run(&["merchant", "add", "Fjellforlaget"]).expect(0);
        stage.run(&["merchant", "add", "Nettbutikken AS"]).expect(0);
        let listed = stage.run(&["merchant", "list"]).expecting(0);
        assert_eq!(listed.stdout, "Fjellforlaget\nNettbutikken AS\n");
        let again = stage.run(&["merchant", "add", "Fjellforlaget"]).expecting(1);
        assert_eq!(again.stderr, "error: merchant Fjellforlaget exists already\n");
        let spaced = stage.run(&["merchant", "add", " "]).expecting(1);
        assert!(spaced.stderr.starts_with("error: a merchant's name has 1 to 100 characters"), "{}", spaced.stderr);
    }

    /// `--json` prints one object with everything that a client is configured with.
    async fn a_credential_is_printed_once_as_json(stage: Stage) {
        stage.run(&["merchant", "add", "Shop"]).expect(0);
        let add = |api: &str, more: &[&str]| {
            let arguments = [&["credential", "add", "--merchant", "Shop", "--api", api, "--json"], more].concat();
            stage.run(&arguments).expecting(0).json()
        };
        let connect = add("connect", &["--id", "no.shop.web", "--secret", "p@ss+word/%", "--scope", "read"]);
        assert_eq!((&connect["merchant"], &connect["api"]), (&"Shop".into(), &"connect".into()));
        assert_eq!((&connect["id"], &connect["secret"]), (&"no.shop.web".into(), &"p@ss+word/%".into()));
        assert_eq!((&connect["scope"], &connect["client"]["token_path"]), (&"read".into(), &"/user/oauth/token".into()));
        let afterpay = add("afterpay", &["--secret", "the-key-of-old"]);
        assert_eq!(afterpay["client"]["X-Auth-Key"], "the-key-of-old");
        assert_eq!(afterpay["scope"], "write");
        let marketplace = add("marketplace", &[]);
        assert_eq!(marketplace["client"]["X-Api-Key"], marketplace["id"]);
        assert!(marketplace["secret"].as_str().is_some_and(|secret| secret.len() >= 32), "{marketplace}");
    }

    /// A key or an id belongs to one credential, whichever merchant asks for it.
    async fn a_client_id_or_key_can_be_had_once(stage: Stage) {
        for name in ["One", "Two"] {
            stage.run(&["merchant", "add", name]).expect(0);
        }
        let add = |merchant: &str, api: &str, option: &str| {
            stage.run(&["credential", "add", "--merchant", merchant, "--api", api, option, "mine", "--json"])
        };
        add("One", "connect", "--id").expect(0);
        add("One", "afterpay", "--secret").expect(0);
        for (merchant, api, option) in [("One", "connect", "--id"), ("Two", "connect", "--id"), ("Two", "afterpay", "--secret")] {
            let refused = add(merchant, api, option).expecting(1);
            assert!(refused.stderr.ends_with("exists already\n"), "{}", refused.stderr);
            assert_eq!(refused.stdout, "");
        }
        // Another API has ids of its own.
        add("Two", "marketplace", "--id").expect(0);
    }

    /// What is not understood says what would be, and exits 2; what fails says why, and exits 1.
    async fn mistakes_are_told_in_a_sentence(stage: Stage) {
        let unknown = stage.run(&["credential", "add", "--merchant", "Nobody", "--api", "connect"]).expecting(1);
        assert_eq!(
            unknown.stderr,
            "error: there is no merchant Nobody\n  hint: `ordrebok merchant list` shows all of them, `ordrebok merchant \
             add NAME` adds one\n"
        );
        let api = stage.run(&["credential", "add", "--merchant", "Nobody", "--api", "klarna"]).expecting(2);
        assert!(api.stderr.contains("it is one of connect, afterpay, marketplace, ordrebok"), "{}", api.stderr);
        let since = stage.run(&["export", "--merchant", "Nobody", "--since", "yesterday"]).expecting(2);
        assert!(since.stderr.contains("write it as 2026-01-31"), "{}", since.stderr);
        stage.run(&["refund", "everything"]).expect(2);
    }

    /// Secrets are shown once and kept as hashes only.
    async fn no_secret_is_kept_or_logged(server: Server) {
        server.run(&["merchant", "add", "Shop"]).expect(0);
        for api in ["connect", "afterpay", "marketplace", "ordrebok"] {
            let secret = format!("correct-horse-battery-staple-{api}");
            server.run(&["credential", "add", "--merchant", "Shop", "--api", api, "--secret", &secret]).expect(0);
        }
        let everything = String::from_utf8_lossy(&server.database().everything()).into_owned();
        assert!(everything.contains("Shop"), "the database's content is looked at");
        assert!(!everything.contains("battery-staple"), "a secret is kept readable");
        assert!(!server.run(&["credential", "list", "--merchant", "Shop"]).stdout.contains("battery-staple"));
        assert!(!server.log().contains("battery-staple"));
    }

    /// A configuration file that doesn't fit is refused with its line, before anything is touched.
    async fn a_wrong_setting_is_told_with_its_line(stage: Stage) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ordrebok.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:0\"\n\n[limits]\nbody_byte = 1\n").unwrap();
        let refused = stage.run(&["serve", "--config", file.to_str().unwrap()]).expecting(1);
        assert!(refused.stderr.contains("line 4: there is no setting limits.body_byte\n  hint: "), "{}", refused.stderr);
        assert_eq!(refused.stdout, "");
    }

    /// Two servers can't have one address, and the second says so.
    async fn an_address_in_use_is_told(stage: Stage) {
        let server = stage.start(&Options::default());
        let second = stage.run(&["serve", "--listen", server.address()]).expecting(1);
        assert!(second.stderr.contains("could not be listened on"), "{}", second.stderr);
        server.http().get("/readyz").await.expect(200);
    }
}
