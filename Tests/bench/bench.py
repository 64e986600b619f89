#!/usr/bin/env python3
"""Compares the static binary with curl, a C program and, optionally, another program. Prints a Markdown
table.

usage: bench.py BINARY POST     (make bench builds both first)

POST is the program built from post.c, which shows what libcurl and OpenSSL need on their own. All
programs send the same form to the same nginx on loopback, which returns a fixed token, so that only the
clients are measured. A single hyperfine run measures all commands, so that their ratios are comparable.

variables:
  RUNS   the number of runs of each command (default 200)
  PEER   another command; {http} and {https} are replaced with the token endpoint without and with TLS,
         {ca} with the CA file, {bundle} with a bundle of all CAs, {token} with the subject token file
"""
import base64, datetime, json, os, platform, re, shlex, shutil, socket, subprocess, sys, tempfile, time
import urllib.parse

SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def run(*words, **options):
    return subprocess.run(words, check=True, capture_output=True, text=True, **options).stdout


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def jwt(claims):
    """A token of typical length; its signature is not verified."""
    part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    header = {"alg": "RS256", "kid": "0123456789abcdef0123456789abcdef01234567"}
    return ".".join(part(json.dumps(p).encode()) for p in (header, claims)) + "." + part(bytes(256))


def create_certificates(directory):
    """Creates a CA, a certificate for 127.0.0.1, and a bundle and a hashed directory with this CA and
    the system's CAs. Returns the number of CAs."""
    ca, key = f"{directory}/ca.crt", f"{directory}/ca.key"
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run(*new, "-x509", "-keyout", key, "-out", ca, "-days", "2", "-subj", "/CN=bench CA")
    run(*new, "-keyout", f"{directory}/server.key", "-out", f"{directory}/server.csr", "-subj", "/CN=bench")
    names = write(f"{directory}/names", "subjectAltName=IP:127.0.0.1\n")
    run("openssl", "x509", "-req", "-in", f"{directory}/server.csr", "-CA", ca, "-CAkey", key,
        "-CAcreateserial", "-days", "2", "-extfile", names, "-out", f"{directory}/server.crt")
    bundle = open(SYSTEM_BUNDLE).read() + open(ca).read()
    write(f"{directory}/bundle.crt", bundle)
    os.mkdir(f"{directory}/hashed")
    certificates = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", bundle, re.S)
    for number, text in enumerate(certificates):
        write(f"{directory}/hashed/{number}.pem", text)
    run("openssl", "rehash", f"{directory}/hashed")
    return len(certificates)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(directory, response):
    """Starts nginx; returns the process and the two URLs."""
    plain, tls = free_port(), free_port()
    temporary = "".join(f"  {name}_temp_path {directory}/{name};\n"
                        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    write(f"{directory}/nginx.conf", f"""
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{}}
http {{
  access_log off;
{temporary}
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {directory}/server.crt;
    ssl_certificate_key {directory}/server.key;
    location = /dex/token {{ default_type application/json; return 200 '{response}'; }}
  }}
}}
""")
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    process = subprocess.Popen([nginx, "-p", directory, "-e", f"{directory}/error.log", "-c", f"{directory}/nginx.conf"])
    for port in (plain, tls):
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.01)
    return process, f"http://127.0.0.1:{plain}/dex/token", f"https://127.0.0.1:{tls}/dex/token"


def peak_memory(command, environment):
    """Returns the peak resident memory of a command in MB. time(1) starts the command, because the
    kernel includes the parent's memory at the fork, and Python uses more."""
    stderr = subprocess.run(["/usr/bin/time", "-f", "%M", *command], check=True, env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(stderr) * 1024 / 1e6


def instructions(command, environment):
    stderr = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", stderr).group(1))


def main(binary, post, directory):
    now = int(time.time())
    token = write(f"{directory}/token", jwt({
        "iss": "https://kubernetes.default.svc.cluster.local", "aud": ["dex"], "iat": now, "exp": now + 86400,
        "sub": "system:serviceaccount:argocd:argocd-application-controller", "kubernetes.io": {
            "namespace": "argocd", "serviceaccount": {"name": "argocd-application-controller", "uid": "0" * 36}}}))
    issued = jwt({"iss": "https://dex.example.com/dex", "aud": "target-cluster", "iat": now, "exp": now + 86400,
                  "sub": "CgdkZXgtc3ViEg1hcmdvY2QtY2x1c3Rlcg", "federated_claims": {
                      "connector_id": "argocd-cluster", "user_id": "system:serviceaccount:argocd:x"}})
    response = json.dumps({"access_token": issued, "token_type": "bearer", "expires_in": 86399,
                         "issued_token_type": "urn:ietf:params:oauth:token-type:id_token"})
    trusted = create_certificates(directory)
    server, http, https = serve(directory, response)
    try:
        measure(binary, post, directory, token, trusted, http, https)
    finally:
        server.terminate()
        server.wait()


def measure(binary, post, directory, token, trusted, http, https):
    kind = "urn:ietf:params:oauth:token-type:id_token"
    form = write(f"{directory}/form", urllib.parse.urlencode({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "connector_id": "argocd-cluster",
        "subject_token": open(token).read(), "subject_token_type": kind, "requested_token_type": kind,
        "scope": "openid profile email groups federated:id", "client_id": "target-cluster"}))
    ca, bundle = f"{directory}/ca.crt", f"{directory}/bundle.crt"
    curl = [shutil.which("curl"), "-sS", "-H", "Accept: application/json", "--data-binary", f"@{form}"]
    ours = [binary, "--client-id", "target-cluster", "--connector-id", "argocd-cluster", "--token-file", token,
            "--token-url"]
    c_http, c_https = [post, http, form, token], [post, https, form, token, ca]
    own_http, own_https = ours + [http], ours + [https, "--certificate-authority", ca]
    # Row name: tokenxchange's command, the other program's command, and the target.
    rows = {
        "`version`; curl --version": ([binary, "version"], [curl[0], "--version"], "2 ms"),
        "`token-file`": ([binary, "token-file", "--token-file", token], None, "2.5 ms"),
        "`--cache`, token cached; exchange by curl, http": (
            own_http + ["--cache-dir", f"{directory}/cache"], curl + [http], "2 ms, 0.25 x"),
        "exchange, http; curl": (own_http, curl + [http], "0.85 x"),
        "exchange, http; C program": (own_http, c_http, "3.0 x"),
        "exchange, https, one CA file; curl": (own_https, curl + ["--cacert", ca, https], "0.9 x"),
        "exchange, https, one CA file; C program": (own_https, c_https, "1.6 x"),
        f"exchange, https, {trusted} CAs (hashed directory); curl (bundle)": (
            ours + [https], curl + ["--cacert", bundle, https], "0.45 x"),
    }
    counted = {
        "`version`": [binary, "version"], "`token-file`": [binary, "token-file", "--token-file", token],
        "`--cache`, token cached": own_http + ["--cache-dir", f"{directory}/cache"],
        "`--cache`, token cached, CA file": own_https + ["--cache-dir", f"{directory}/cache"],
        "exchange, http": own_http, "exchange, https": own_https,
        "C program, http": c_http, "C program, https": c_https,
    }
    peer = os.environ.get("PEER", "")
    for name, value in (("http", http), ("https", https), ("ca", ca), ("bundle", bundle), ("token", token)):
        peer = peer.replace("{%s}" % name, value)
    # Excludes variables of the shell that would select another trust store.
    environment = {"PATH": os.environ["PATH"], "SSL_CERT_DIR": f"{directory}/hashed"}
    # Removes duplicates: some commands are in two rows.
    commands = [*dict.fromkeys(shlex.join(c) for row in rows.values() for c in row[:2] if c)]
    if peer:
        commands.append(peer)
    runs = os.environ.get("RUNS", "200")
    subprocess.run(["hyperfine", "-N", "--style", "none", "--warmup", "10", "--runs", runs,
                    "--export-json", f"{directory}/times.json", *commands], check=True, env=environment)
    times = {r["command"]: r["median"] * 1000 for r in json.load(open(f"{directory}/times.json"))["results"]}

    print(f"{datetime.date.today()}, {platform.machine()}, {len(os.sched_getaffinity(0))} processors, load "
          f"{os.getloadavg()[0]:.1f}; medians of {runs} runs in one session.\n")
    print("| | tokenxchange | other program | ratio | target |\n| --- | --- | --- | --- | --- |")
    for name, (own, other, target) in rows.items():
        mine = times[shlex.join(own)]
        theirs = times[shlex.join(other)] if other else None
        print(f"| {name} | {mine:.1f} ms | {f'{theirs:.1f} ms' if other else ''} "
              f"| {f'{mine / theirs:.2f}' if other else ''} | {target} |")
    if peer:
        print(f"| peer: `{os.environ['PEER']}` | | {times[peer]:.1f} ms | | |")
    memory = peak_memory(ours + [https, "--certificate-authority", ca], environment)
    print(f"\n| | measured | target |\n| --- | --- | --- |\n| peak memory of an exchange | {memory:.1f} MB | 18 MB |")
    print(f"| size, stripped | {os.path.getsize(binary) / 1e6:.1f} MB | 30 MB |")
    if shutil.which("valgrind"):
        for name, command in counted.items():
            # Runs twice, because the first run may fill the cache.
            instructions(command, environment)
            print(f"| instructions, {name} | {instructions(command, environment) / 1e6:.2f} million | |")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        # nginx's worker process may run as another user.
        os.chmod(directory, 0o755)
        # As many files as in /usr/bin: their number must not affect the result.
        os.mkdir(f"{directory}/bin")
        for number in range(2000):
            write(f"{directory}/bin/{number}", "")
        main(shutil.copy(sys.argv[1], f"{directory}/bin/tokenxchange"), sys.argv[2], directory)
