"""Runs schemathesis over the four documents: once with whatever it thinks of, once on orders that there are."""

import subprocess
import sys
from pathlib import Path

from world import World

# What is asked of every answer: no 5xx, and nothing that the document doesn't say. Which requests are refused is not
# asked: the dialects read more leniently than they are documented, and the stories tell what is refused.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"
# The same seed makes the same requests; the server's own ids differ.
SEED = "20261121"
LONGEST_SECONDS = 300


def fuzz(world, api, callers, known):
    """One run; whether it found nothing."""
    names = world.names[callers] if known else {}
    configuration = Path(world.folder.name) / "schemathesis.toml"
    lines = [f'"path.{name}" = {value!r}' for name, value in names.items()]
    if callers == "operator":
        lines.append('"query.merchant" = "Other"')  # whose credentials may come to harm
    configuration.write_text("\n".join(["[parameters]", *lines, ""]))
    phases, examples = ("fuzzing", "12") if known else ("coverage,fuzzing", "3")
    command = [
        str(Path(sys.executable).parent / "st"), "--config-file", str(configuration), "run", f"{world.url}/ordrebok/openapi/{api}.json",
        "--checks", CHECKS, "--phases", phases, "--max-examples", examples, "--seed", SEED, "--workers", "1",
        "--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none",
    ]
    for name, value in world.headers[callers].items():
        command += ["--header", f"{name}: {value}"]
    if callers == "users":
        command += ["--include-path-regex", "^/capi/v1/(order|customer)"]
    elif callers == "operator":
        command += ["--include-path-regex", "^/ordrebok/v1/admin"]
    elif api == "connect":
        command += ["--exclude-path-regex", "^/login/"]  # the pages under /user, by another name
    try:
        done = subprocess.run(command, cwd=world.folder.name, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except subprocess.TimeoutExpired as late:
        print((late.stdout or b"").decode()[-5000:], f"{api}: not done in {LONGEST_SECONDS} seconds")
        return False
    generated = [line.strip() for line in done.stdout.splitlines() if " generated" in line]
    print(f"{api} as {callers}, {'on what there is' if known else 'on anything'}: {' '.join(generated) or 'no requests'}", flush=True)
    if done.returncode != 0:
        print(done.stdout[-20000:], done.stderr[-5000:])
    return done.returncode == 0 and bool(generated)


def main():
    wanted = sys.argv[1:] or ["connect", "users", "afterpay", "marketplace", "ordrebok", "operator"]
    passed = failed = 0
    with World() as world:
        for callers in wanted:
            api = {"users": "connect", "operator": "ordrebok"}.get(callers, callers)
            for known in (False, True):
                found_nothing = fuzz(world, api, callers, known)
                passed, failed = passed + found_nothing, failed + (not found_nothing)
        if world.has_panicked():
            print("the server panicked")
            failed += 1
        print(world.run("verify").strip())
    print(f"test result: {'ok' if failed == 0 else 'FAILED'}. {passed} passed; {failed} failed; 0 ignored")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
