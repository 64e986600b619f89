#!/usr/bin/python3
"""Runs tokenxchange against real servers and prints a table of checks.

    Tests/conformance.py TOKENXCHANGE

The result of each check is "yes", "no" or "not tried"; the last is followed by the missing variable.
The exit code is 1 if any check is "no" or, with STRICT=1, if any check was not tried. The checks do not
change anything on the servers.

Variables:
    DEX_ISSUER, DEX_CA          Dex's issuer URL and the file with its CA
    CLIENT_ID, CONNECTOR_ID     the public client of the target cluster, the connector of cluster A
    MINT                        a command that prints a fresh subject token, such as
                                kubectl -n ci create token deployer --audience=dex
    APISERVER, APISERVER_CA     the target cluster's API server and the file with its CA
    SOURCE_APISERVER, SOURCE_CA the same for cluster A
    KUBECTL                     the kubectl to use, optionally with options
    ADMIN_KUBECONFIG            optional: a user who may create RBAC objects and Secrets at the
                                target; by default, the service account of MINT is used
    SOURCE_MINT                 optional: like MINT, for a token with cluster A's own audience
    ISSUER_CA                   optional: the CA of cluster A's issuer, if it is not SOURCE_CA
    RESTRICTED_NAMESPACE        optional: a namespace of the target with the Pod Security level
                                "restricted" and a resource quota

Without a CA file, the system's certificates are used.
"""

import base64
import json
import os
import shlex
import stat
import subprocess
import sys
import tempfile
import urllib.parse

CHECKS = []


class No(Exception):
    """The check failed; the text is the reason."""


class NotTried(Exception):
    """The text names what is missing."""


def check(name, needs):
    """Registers a check and the variables that it needs. It returns the text to show after "yes"."""

    def register(function):
        CHECKS.append((name, needs.split(), function))
        return function

    return register


class Site:
    """The servers, the program under test, and a directory for files."""

    def __init__(self, program, environment, directory):
        self.program = program
        self.environment = environment
        self.directory = directory
        self.kubectl = shlex.split(environment.get("KUBECTL", ""))

    def __getitem__(self, name):
        return self.environment[name]

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        path = self.path(name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return path

    def run(self, *command, stdin=None, kubeconfig=None):
        """Runs a command without this user's kubectl settings, and returns its result."""
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": self.directory}
        for name in ("HTTPS_PROXY", "NO_PROXY", "https_proxy", "no_proxy"):
            if name in os.environ:
                environment[name] = os.environ[name]
        if kubeconfig:
            environment["KUBECONFIG"] = kubeconfig
        return subprocess.run(
            command, input=stdin, env=environment, capture_output=True, text=True, timeout=120
        )

    def tokenxchange(self, *arguments, code=0):
        """Runs the program, checks its exit code, and returns its stdout."""
        result = self.run(self.program, *arguments)
        if result.returncode != code:
            raise No(f"exit code {result.returncode}: {first_line(result.stderr)}")
        if code != 0 and result.stdout:
            raise No("it printed output to stdout")
        return result.stdout

    def mint(self, variable="MINT"):
        """Gets a fresh service account token; returns the path of its file."""
        result = subprocess.run(
            self[variable], shell=True, capture_output=True, text=True, timeout=60
        )
        token = result.stdout.strip()
        if result.returncode != 0 or token.count(".") != 2:
            raise No(f"{variable} did not print a token: {first_line(result.stderr)}")
        return self.write(variable.lower() + ".token", token)

    def ca(self, flag, variable):
        return [f"{flag}={self[variable]}"] if self.environment.get(variable) else []

    def exchange(self, **change):
        """Returns the flags for an exchange; each change replaces the value of one flag."""
        values = {
            "issuer": self["DEX_ISSUER"],
            "client_id": self["CLIENT_ID"],
            "connector_id": self["CONNECTOR_ID"],
            "token_file": None,
        }
        values.update(change)
        values["token_file"] = values["token_file"] or self.mint()
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
        if "certificate_authority" not in change:
            flags += self.ca("--certificate-authority", "DEX_CA")
        return flags

    def server(self, prefix=""):
        return [f"--server={self[prefix + 'APISERVER']}"] + self.ca(
            "--server-ca", (prefix or "APISERVER_") + "CA"
        )

    def user(self, kubeconfig):
        """Returns the user that the API server sees, according to kubectl."""
        result = self.run(
            *self.kubectl, "auth", "whoami", "--output=json", kubeconfig=kubeconfig
        )
        if result.returncode != 0:
            raise No(first_line(result.stderr))
        name = json.loads(result.stdout)["status"]["userInfo"]["username"]
        if name == "system:anonymous":
            raise No("the API server saw no credential")
        return name

    def user_of(self, *arguments):
        """Returns the user that the API server sees with a generated kubeconfig."""
        text = self.tokenxchange(
            "generate", "kubeconfig", f"--command={self.program}", *self.server(), *arguments
        )
        return self.user(self.write("kubeconfig", text))


def first_line(text):
    lines = text.strip().splitlines()
    return lines[0] if lines else "(no message)"


def claims(path):
    with open(path) as file:
        payload = file.read().split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


EXCHANGE = "DEX_ISSUER CLIENT_ID CONNECTOR_ID MINT"
TARGET = EXCHANGE + " APISERVER KUBECTL"


@check("exchange through kubectl, ExecCredential v1", TARGET)
def exchange_v1(site):
    return site.user_of(*site.exchange())


@check("exchange through kubectl, ExecCredential v1beta1", TARGET)
def exchange_v1beta1(site):
    return site.user_of("--api-version=v1beta1", *site.exchange())


@check("exchange for an access token", TARGET)
def access_token(site):
    return site.user_of("--requested-token-type=access_token", *site.exchange())


def damaged(site, path, change):
    """Copies a token with changed claims or, without a change, with another signature."""
    with open(path) as file:
        header, payload, signature = file.read().strip().split(".")
    if change:
        text = json.dumps(claims(path) | change).encode()
        payload = base64.urlsafe_b64encode(text).decode().rstrip("=")
    else:
        signature = ("B" if signature[0] == "A" else "A") + signature[1:]
    return site.write("damaged.token", f"{header}.{payload}.{signature}")


REJECTIONS = [
    ("an unknown connector: exit code 5", 5, lambda site: site.exchange(connector_id="no-such-one")),
    ("an unknown client: exit code 5", 5, lambda site: site.exchange(client_id="no-such-one")),
    (
        "a subject token with a wrong signature: exit code 5",
        5,
        lambda site: site.exchange(token_file=damaged(site, site.mint(), None)),
    ),
    (
        "an expired subject token: exit code 3",
        3,
        lambda site: site.exchange(token_file=damaged(site, site.mint(), {"exp": 1700000000})),
    ),
    (
        "a subject token for another audience: exit code 3",
        3,
        lambda site: site.exchange(subject_audience="no-such-one"),
    ),
    (
        "an issuer with a wrong path: exit code 6",
        6,
        lambda site: site.exchange(issuer=site["DEX_ISSUER"] + "/no-such-path"),
    ),
]

for name, code, arguments in REJECTIONS:

    @check("rejects " + name, EXCHANGE)
    def rejection(site, code=code, arguments=arguments):
        site.tokenxchange("get-token", *arguments(site), code=code)


@check("rejects a certificate of another CA: exit code 2", EXCHANGE)
def other_authority(site):
    if not site["DEX_ISSUER"].startswith("https:"):
        raise NotTried("DEX_ISSUER is not https")
    examples = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../examples")
    flags = site.exchange(certificate_authority=examples + "/dex/ca.crt")
    site.tokenxchange("get-token", *flags, code=2)


@check("the API server rejects a token with a wrong signature", TARGET)
def api_server_rejects(site):
    token = site.tokenxchange("get-token", "--output=token", *site.exchange())
    path = damaged(site, site.write("issued.token", token), None)
    try:
        name = site.user_of("--auth=token-file", f"--token-file={path}")
    except No as error:
        if "logged in" in str(error) or "Unauthorized" in str(error):
            return None
        raise
    raise No(f"the API server accepted it: {name}")


@check("doctor, from the settings to the API server", EXCHANGE + " APISERVER")
def doctor(site):
    output = site.tokenxchange("doctor", "--output=json", *site.server(), *site.exchange())
    report = json.loads(output)
    steps = {step["name"]: step["status"] for step in report["steps"]}
    wrong = [f"{name}: {status}" for name, status in steps.items() if status not in ("ok", "warning")]
    if wrong:
        raise No(", ".join(wrong))
    return ", ".join(name for name, status in steps.items() if status == "warning") or None


@check("sidecar --once writes a token that kubectl can use", TARGET)
def sidecar(site):
    path = site.path("sidecar.token")
    site.tokenxchange("sidecar", "--once", f"--write={path}", *site.exchange())
    if stat.S_IMODE(os.stat(path).st_mode) != 0o600:
        raise No("the mode of the file is not 0600")
    with open(path) as file:
        if file.read().strip() != open(path).read():
            raise No("the file contains more than the token")
    site.tokenxchange("check", f"--file={path}")
    cluster = {"server": site["APISERVER"]}
    if site.environment.get("APISERVER_CA"):
        cluster["certificate-authority"] = os.path.abspath(site["APISERVER_CA"])
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "target", "cluster": cluster}],
        "users": [{"name": "pod", "user": {"tokenFile": path}}],
        "contexts": [{"name": "target", "context": {"cluster": "target", "user": "pod"}}],
        "current-context": "target",
    }
    return site.user(site.write("sidecar.kubeconfig", json.dumps(config)))


@check("token-file at cluster A", "SOURCE_APISERVER MINT KUBECTL")
def token_file(site):
    path = site.mint("SOURCE_MINT" if site.environment.get("SOURCE_MINT") else "MINT")
    text = site.tokenxchange(
        "generate",
        "kubeconfig",
        "--auth=token-file",
        f"--command={site.program}",
        f"--token-file={path}",
        *site.server("SOURCE_"),
    )
    token = claims(path)
    try:
        name = site.user(site.write("source.kubeconfig", text))
    except No:
        if token["iss"] not in token["aud"] and not site.environment.get("SOURCE_MINT"):
            raise NotTried("SOURCE_MINT: the token of MINT has another audience")
        raise
    if name != token["sub"]:
        raise No(f"the user is {name}, expected {token['sub']}")
    return name


def publish(site, *arguments):
    """Runs publish-issuer for cluster A: first without a token, then with one."""
    command = ["publish-issuer", f"--from-server={site['SOURCE_APISERVER']}"]
    command += site.ca("--server-ca", "SOURCE_CA") + list(arguments)
    try:
        return site.tokenxchange(*command)
    except No:
        path = site.mint("SOURCE_MINT" if site.environment.get("SOURCE_MINT") else "MINT")
        return site.tokenxchange(*command, f"--token-file={path}")


@check("publish-issuer from cluster A", "SOURCE_APISERVER MINT")
def publish_issuer(site):
    issuer = claims(site.mint())["iss"]
    publish(site, f"--public-url={issuer}", site.path("site"))
    with open(site.path("site/openid/v1/jwks")) as file:
        keys = len(json.load(file)["keys"])
    with open(site.path("site/.well-known/openid-configuration")) as file:
        if json.load(file)["issuer"] != issuer:
            raise No("the document names another issuer")
    return f"{issuer}, {keys} key{'s' if keys != 1 else ''}"


@check("publish-issuer --check: what the issuer publishes is up to date", "SOURCE_APISERVER MINT")
def publish_issuer_check(site):
    issuer = claims(site.mint())["iss"]
    ca = "ISSUER_CA" if site.environment.get("ISSUER_CA") else "SOURCE_CA"
    try:
        publish(site, f"--check={issuer}", *site.ca("--certificate-authority", ca))
    except No as error:
        host = urllib.parse.urlsplit(issuer).hostname
        if "could not resolve" in str(error) and host in str(error):
            raise NotTried(f"{issuer} has no address here")
        raise
    return issuer


RBAC = ["rbac", "--service-account=ci/deployer"]
DRY_RUNS = [
    (
        "a cluster-wide role with rules and paths",
        RBAC + ["--cluster-role=deployer", "--rule=get,list:pods,deployments.apps,/healthz"],
    ),
    ("a role in a namespace", RBAC + ["--role=deployer", "--namespace=default", "--rule=get:pods"]),
    ("Argo CD's two accounts", ["rbac", "--argocd", "--cluster-role=view"]),
    ("opaque usernames", RBAC + ["--cluster-role=view", "--username-claim=sub"]),
]


def dry_run(site, *arguments):
    text = site.tokenxchange("generate", *arguments)
    kubeconfig = site.environment.get("ADMIN_KUBECONFIG")
    own = kubeconfig and os.path.abspath(kubeconfig)
    if not own:
        flags = [f"--command={site.program}", *site.server(), *site.exchange()]
        own = site.write("dry-run.kubeconfig", site.tokenxchange("generate", "kubeconfig", *flags))
    result = site.run(
        *site.kubectl,
        "apply",
        "--server-side",
        "--dry-run=server",
        "--filename=-",
        stdin=text,
        kubeconfig=own,
    )
    if result.returncode != 0:
        if not kubeconfig and "(Forbidden)" in result.stderr:
            raise NotTried("ADMIN_KUBECONFIG: the service account of MINT may not do it")
        raise No(first_line(result.stderr))
    lines = result.stdout.splitlines()
    if not lines or not all(line.endswith("(server dry run)") for line in lines):
        raise No(first_line(result.stdout))
    return ", ".join(line.split("/")[0].split(".")[0] for line in lines)


for name, arguments in DRY_RUNS:

    @check("server-side dry run of RBAC: " + name, TARGET)
    def rbac(site, arguments=arguments):
        return dry_run(site, *arguments, f"--connector-id={site['CONNECTOR_ID']}")


@check("server-side dry run of RBAC: direct trust", TARGET)
def rbac_direct(site):
    return dry_run(site, *RBAC, "--direct", "--cluster-role=view", "--namespace=default")


CLUSTER = ["argocd-cluster", "--argocd-namespace=default", "--label=env=test", "--namespaces=a,b"]


@check("server-side dry run of a cluster Secret", TARGET)
def secret(site):
    return dry_run(site, *CLUSTER, *site.server(), *site.exchange(token_file="/token"))


@check("server-side dry run of a cluster Secret with token-file", TARGET)
def secret_token_file(site):
    return dry_run(site, *CLUSTER, "--auth=token-file", *site.server())


@check("server-side dry run of the sidecar's pod", TARGET + " RESTRICTED_NAMESPACE")
def pod(site):
    flags = site.exchange(token_file="/var/run/secrets/tokenxchange/token")
    flags = [flag for flag in flags if not flag.startswith("--certificate-authority")]
    kubectl = site.kubectl
    site.kubectl = kubectl + [f"--namespace={site['RESTRICTED_NAMESPACE']}"]
    try:
        return dry_run(site, "sidecar", "--image=example.com/tokenxchange:0.2.0", *flags)
    finally:
        site.kubectl = kubectl


def attempt(site, needs, function):
    missing = [name for name in needs if not site.environment.get(name)]
    if missing:
        return "not tried", ", ".join(missing)
    try:
        return "yes", function(site) or ""
    except No as error:
        return "no", str(error)
    except NotTried as error:
        return "not tried", str(error)
    except subprocess.TimeoutExpired as error:
        return "no", f"timed out after {error.timeout:.0f} s"
    except OSError as error:
        return "no", str(error)


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__.strip())
    width = max(len(name) for name, _, _ in CHECKS)
    counts = {"yes": 0, "no": 0, "not tried": 0}
    with tempfile.TemporaryDirectory() as directory:
        site = Site(os.path.abspath(arguments[0]), dict(os.environ), directory)
        for name, needs, function in CHECKS:
            result, detail = attempt(site, needs, function)
            counts[result] += 1
            print(f"{name:{width}}  {result:9}  {detail}".rstrip(), flush=True)
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    strict = os.environ.get("STRICT") == "1"
    sys.exit(1 if counts["no"] or (strict and counts["not tried"]) else 0)


main(sys.argv[1:])
