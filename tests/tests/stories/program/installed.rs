//! The program on a machine of its own: HTTPS, backups of the embedded database, the Debian package.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use stories::{Backend, Database, Options, Server, afterpay, tell};

fn sh(script: &str, arguments: &[&Path]) -> String {
    let done = Command::new("bash")
        .arg("-ec")
        .arg(script)
        .arg("bash")
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{script}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

/// Makes a key and a certificate of its own for the loopback address.
fn certificate(folder: &Path, name: &str) {
    let subject = format!("/CN={name}");
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj \"$2\" -addext subjectAltName=IP:127.0.0.1 \
                  -keyout \"$1/key.pem\" -out \"$1/cert.pem\" 2>&1";
    sh(script, &[folder, Path::new(&subject)]);
}

/// With a certificate the server speaks HTTPS and nothing else, and shows a new one after SIGHUP.
#[test]
fn a_certificate_makes_it_https_and_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), "first");
    let settings = format!(
        "[tls]\ncertificate = \"{0}/cert.pem\"\nkey = \"{0}/key.pem\"\n",
        folder.path().display()
    );
    let file = folder.path().join("ordrebok.toml");
    std::fs::write(&file, settings).unwrap();
    let mut child = Command::new(stories::program())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .arg("--config")
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let url = line
        .trim()
        .strip_prefix("Ordrebok listens on ")
        .unwrap()
        .to_owned();
    assert!(url.starts_with("https://127.0.0.1:"), "{line}");
    let get = "curl -sS --fail --cacert \"$1/cert.pem\" \"$2/healthz\"";
    assert_eq!(sh(get, &[folder.path(), Path::new(&url)]), r#"{"status":"ok"}"#);
    let login = "data=\"$1/data\"; \"$3\" merchant add Avis --data \"$data\" >/dev/null; \
                 \"$3\" credential add --merchant Avis --api connect --id web --redirect-uri https://avis.example/ --data \"$data\" \
                 >/dev/null; curl -sS -D - -o /dev/null --cacert \"$1/cert.pem\" \
                 \"$2/user/login?clientId=web&returnUrl=https://avis.example/\" | grep -i ^set-cookie";
    let cookie = sh(login, &[folder.path(), Path::new(&url), stories::program()]);
    assert!(
        cookie.contains("; Secure"),
        "a cookie made over HTTPS stays there: {cookie}"
    );
    let plain = url.replace("https", "http");
    let refused = Command::new("curl")
        .args(["-sS", "--fail", &format!("{plain}/healthz")])
        .output()
        .unwrap();
    assert!(!refused.status.success(), "it must not answer without TLS");
    // Another certificate, which is trusted now, and the old one no more.
    certificate(folder.path(), "second");
    let pid = child.id().to_string();
    let script = "kill -HUP $3; for try in $(seq 100); do curl -sS --fail --cacert \"$1/cert.pem\" \"$2/healthz\" 2>/dev/null && exit 0; \
                  sleep 0.1; done; exit 1";
    assert_eq!(
        sh(script, &[folder.path(), Path::new(&url), Path::new(&pid)]),
        r#"{"status":"ok"}"#
    );
    sh("kill -TERM $1", &[Path::new(&pid)]);
    assert!(child.wait().unwrap().success());
}

/// A backup that is made while orders come in is whole, and a server starts on it where it was made.
#[test]
fn a_backup_made_while_orders_come_in_is_whole() {
    tell(Backend::Sqlite, async |server: Server| {
        let shop = server.afterpay_shop().await;
        shop.post("/api/v3/checkout/authorize", &afterpay::authorize("FIRST", 3))
            .await
            .expect(200);
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        let writing = tokio::spawn({
            let shop = shop.clone();
            async move {
                for number in 0..200 {
                    let order = afterpay::authorize(&format!("MORE{number}"), 1);
                    shop.post("/api/v3/checkout/authorize", &order).await.expect(200);
                }
            }
        });
        let made = server.run(&["backup", copy.to_str().unwrap()]).expecting(0);
        assert!(made.stdout.contains("is a copy of"), "{}", made.stdout);
        writing.await.unwrap();
        let again = server.run(&["backup", copy.to_str().unwrap()]).expecting(1);
        assert!(
            again.stderr.contains("exists already, and is not written over"),
            "{}",
            again.stderr
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing else is left beside it"
        );

        let restored = Arc::new(Database::create(Backend::Sqlite).await);
        restored.run(&["restore", copy.to_str().unwrap()]).expect(0);
        restored.run(&["verify"]).expect(0);
        let twice = restored.run(&["restore", copy.to_str().unwrap()]).expecting(1);
        assert!(twice.stderr.contains("exists already"), "{}", twice.stderr);
        let second = Server::start(&restored, &Options::default());
        let same = second
            .known_merchant(&shop.merchant.name)
            .afterpay_with(shop.credential.clone());
        same.get("/api/v3/orders/FIRST").await.expect(200);
        same.post("/api/v3/checkout/authorize", &afterpay::authorize("LATER", 1))
            .await
            .expect(200);
    });
}

/// What is no backup is refused, and so is a backup of what is not embedded.
#[test]
fn only_a_backup_of_ours_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (junk, data) = (folder.path().join("junk.db"), folder.path().join("data"));
    let run = |arguments: &[&str]| {
        let done = Command::new(stories::program()).args(arguments).output().unwrap();
        (
            done.status.code(),
            String::from_utf8_lossy(&done.stderr).into_owned(),
        )
    };
    let (junk_, data_) = (junk.to_str().unwrap(), data.to_str().unwrap());
    for content in [
        "",
        "no database at all, but long enough to be looked at as if it were one",
    ] {
        std::fs::write(&junk, content.repeat(20)).unwrap();
        let (code, told) = run(&["restore", junk_, "--data", data_]);
        assert!(
            code == Some(1) && told.contains("is no backup that this program can read"),
            "{told}"
        );
        assert!(!data.join("ordrebok.db").exists());
    }
    let (code, told) = run(&["backup", "x.db", "--data", data_]);
    assert!(
        code == Some(1) && told.contains("there is no database in"),
        "{told}"
    );
    let (code, told) = run(&["backup", "x.db", "--database", "postgres://localhost/none"]);
    assert!(code == Some(1) && told.contains("pg_dump"), "{told}");
}

/// The Debian package has the program, its service and its settings, and what it has works.
#[test]
fn the_debian_package_has_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let built = sh(
        "\"$1/packaging/deb\" --binary \"$2\" --output \"$3\" --quick 2>/dev/null",
        &[root, stories::program(), folder.path()],
    );
    let installed = folder.path().join("installed");
    sh(
        "dpkg-deb -x \"$1\" \"$2\"",
        &[Path::new(built.lines().last().unwrap()), &installed],
    );
    let program = installed.join("usr/bin/ordrebok");
    assert!(sh("\"$1\" --version", &[&program]).starts_with("ordrebok "));
    sh(
        "\"$1\" config check \"$2\"",
        &[&program, &installed.join("etc/ordrebok/ordrebok.toml")],
    );
    sh(
        "\"$1\" merchant add Shop --data \"$2\" && \"$1\" verify --data \"$2\"",
        &[&program, &folder.path().join("data")],
    );
    let unit = std::fs::read_to_string(installed.join("usr/lib/systemd/system/ordrebok.service")).unwrap();
    for path in unit
        .lines()
        .filter(|line| line.starts_with("Exec"))
        .flat_map(|line| line.split(['=', ' ']))
    {
        if path.starts_with("/usr/bin/ordrebok") || path.starts_with("/etc/") {
            assert!(
                installed.join(path.trim_start_matches('/')).exists(),
                "{path} is not in the package"
            );
        }
    }
    let control = sh("dpkg-deb -f \"$1\"", &[Path::new(built.lines().last().unwrap())]);
    assert!(
        control.contains("Package: ordrebok\n") && control.contains("libc6 (>= 2."),
        "{control}"
    );
}
