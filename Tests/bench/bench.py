#!/usr/bin/env python3
"""Measures the static binary beside curl, and any other program, as a table in Markdown.

usage: bench.py BINARY     (make bench builds it first)

Both send the same form to the same nginx on loopback, which answers with a ready token, so that
the clients are what is measured. All commands are timed by one hyperfine run; trust the ratios.

variables:
  RUNS   how often each command is run (default 200)
  PEER   a further command, in which {http}, {https}, {ca}, {bundle} and {token} stand for the
         token endpoint, with and without TLS, the CA's file, a bundle with all CAs, and the
         subject token's file
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
    """A token of a usual length; nobody here verifies signatures."""
    part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    header = {"alg": "RS256", "kid": "0123456789abcdef0123456789abcdef01234567"}
    return ".".join(part(json.dumps(p).encode()) for p in (header, claims)) + "." + part(bytes(256))


def mint(folder):
    """A CA, a certificate for 127.0.0.1, and the system's bundle and a hashed folder with that CA."""
    ca, key = f"{folder}/ca.crt", f"{folder}/ca.key"
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run(*new, "-x509", "-keyout", key, "-out", ca, "-days", "2", "-subj", "/CN=bench CA")
    run(*new, "-keyout", f"{folder}/server.key", "-out", f"{folder}/server.csr", "-subj", "/CN=bench")
    names = write(f"{folder}/names", "subjectAltName=IP:127.0.0.1\n")
    run("openssl", "x509", "-req", "-in", f"{folder}/server.csr", "-CA", ca, "-CAkey", key,
        "-CAcreateserial", "-days", "2", "-extfile", names, "-out", f"{folder}/server.crt")
    bundle = open(SYSTEM_BUNDLE).read() + open(ca).read()
    write(f"{folder}/bundle.crt", bundle)
    os.mkdir(f"{folder}/hashed")
    certificates = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", bundle, re.S)
    for number, text in enumerate(certificates):
        write(f"{folder}/hashed/{number}.pem", text)
    run("openssl", "rehash", f"{folder}/hashed")
    return len(certificates)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(folder, answer):
    """Starts nginx; gives the process and the two URLs."""
    plain, tls = free_port(), free_port()
    temporary = "".join(f"  {name}_temp_path {folder}/{name};\n"
                        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    write(f"{folder}/nginx.conf", f"""
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
{temporary}
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{tls} ssl;
    ssl_certificate {folder}/server.crt;
    ssl_certificate_key {folder}/server.key;
    location = /dex/token {{ default_type application/json; return 200 '{answer}'; }}
  }}
}}
""")
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    process = subprocess.Popen([nginx, "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    for port in (plain, tls):
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.01)
    return process, f"http://127.0.0.1:{plain}/dex/token", f"https://127.0.0.1:{tls}/dex/token"


def peak_memory(command, environment):
    """The most memory that a command had resident, in MB; started by time(1), because the kernel
    counts what its parent has in use, and Python has more."""
    said = subprocess.run(["/usr/bin/time", "-f", "%M", *command], check=True, env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(said) * 1024 / 1e6


def instructions(command, environment):
    said = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                          env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", said).group(1))


def main(binary, folder):
    now = int(time.time())
    token = write(f"{folder}/token", jwt({
        "iss": "https://kubernetes.default.svc.cluster.local", "aud": ["dex"], "iat": now, "exp": now + 86400,
        "sub": "system:serviceaccount:argocd:argocd-application-controller", "kubernetes.io": {
            "namespace": "argocd", "serviceaccount": {"name": "argocd-application-controller", "uid": "0" * 36}}}))
    issued = jwt({"iss": "https://dex.example.com/dex", "aud": "target-cluster", "iat": now, "exp": now + 86400,
                  "sub": "CgdkZXgtc3ViEg1hcmdvY2QtY2x1c3Rlcg", "federated_claims": {
                      "connector_id": "argocd-cluster", "user_id": "system:serviceaccount:argocd:x"}})
    answer = json.dumps({"access_token": issued, "token_type": "bearer", "expires_in": 86399,
                         "issued_token_type": "urn:ietf:params:oauth:token-type:id_token"})
    trusted = mint(folder)
    server, http, https = serve(folder, answer)
    try:
        measure(binary, folder, token, trusted, http, https)
    finally:
        server.terminate()
        server.wait()


def measure(binary, folder, token, trusted, http, https):
    kind = "urn:ietf:params:oauth:token-type:id_token"
    form = write(f"{folder}/form", urllib.parse.urlencode({
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "connector_id": "argocd-cluster",
        "subject_token": open(token).read(), "subject_token_type": kind, "requested_token_type": kind,
        "scope": "openid profile email groups federated:id", "client_id": "target-cluster"}))
    ca, bundle = f"{folder}/ca.crt", f"{folder}/bundle.crt"
    curl = [shutil.which("curl"), "-sS", "-H", "Accept: application/json", "--data-binary", f"@{form}"]
    ours = [binary, "--client-id", "target-cluster", "--connector-id", "argocd-cluster", "--token-file", token,
            "--token-url"]
    # A name for each row: ours, curl's, and what is aimed at.
    rows = {
        "`version`": ([binary, "version"], [curl[0], "--version"], "2 ms"),
        "`token-file`": ([binary, "token-file", "--token-file", token], None, "2.5 ms"),
        "`--cache`, token kept (curl: exchange, http)": (
            ours + [http, "--cache-dir", f"{folder}/cache"], curl + [http], "2 ms, 0.25 x curl"),
        "exchange, http": (ours + [http], curl + [http], "0.85 x curl"),
        "exchange, https, one CA file": (
            ours + [https, "--certificate-authority", ca], curl + ["--cacert", ca, https], "0.9 x curl"),
        f"exchange, https, {trusted} CAs (hashed folder; curl: bundle)": (
            ours + [https], curl + ["--cacert", bundle, https], "0.45 x curl"),
    }
    peer = os.environ.get("PEER", "")
    for name, value in (("http", http), ("https", https), ("ca", ca), ("bundle", bundle), ("token", token)):
        peer = peer.replace("{%s}" % name, value)
    # Only what the system's trust needs: a shell's own variables would name other stores.
    environment = {"PATH": os.environ["PATH"], "SSL_CERT_DIR": f"{folder}/hashed"}
    # One of them is in two rows.
    own_and_curl = dict.fromkeys(shlex.join(c) for row in rows.values() for c in row[:2] if c)
    commands = [*own_and_curl] + ([peer] if peer else [])
    runs = os.environ.get("RUNS", "200")
    subprocess.run(["hyperfine", "-N", "--style", "none", "--warmup", "10", "--runs", runs,
                    "--export-json", f"{folder}/times.json", *commands], check=True, env=environment)
    times = {r["command"]: r["median"] * 1000 for r in json.load(open(f"{folder}/times.json"))["results"]}

    print(f"{datetime.date.today()}, {platform.machine()}, {os.cpu_count()} processors, load "
          f"{os.getloadavg()[0]:.1f}; medians of {runs} runs in one sitting.\n")
    print("| what | tokenxchange | curl | ratio | aim |\n| --- | --- | --- | --- | --- |")
    for name, (own, other, aim) in rows.items():
        mine = times[shlex.join(own)]
        theirs = times[shlex.join(other)] if other else None
        print(f"| {name} | {mine:.1f} ms | {f'{theirs:.1f} ms' if other else ''} "
              f"| {f'{mine / theirs:.2f}' if other else ''} | {aim} |")
    if peer:
        print(f"| peer: `{os.environ['PEER']}` | | {times[peer]:.1f} ms | | |")
    memory = peak_memory(ours + [https, "--certificate-authority", ca], environment)
    print(f"\n| what | measured | aim |\n| --- | --- | --- |\n| peak memory of an exchange | {memory:.1f} MB | 18 MB |")
    print(f"| size, stripped | {os.path.getsize(binary) / 1e6:.1f} MB | 30 MB |")
    if shutil.which("valgrind"):
        for name in list(rows)[:4]:
            print(f"| instructions, {name} | {instructions(rows[name][0], environment) / 1e6:.2f} million | |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        # nginx's worker may run as another user.
        os.chmod(folder, 0o755)
        # As in /usr/bin: how many programs lie beside it must not matter.
        os.mkdir(f"{folder}/bin")
        for number in range(2000):
            write(f"{folder}/bin/{number}", "")
        main(shutil.copy(sys.argv[1], f"{folder}/bin/tokenxchange"), folder)
