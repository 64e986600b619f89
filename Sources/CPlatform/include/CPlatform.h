// What URLSession cannot do on Linux, and calls that are awkward from Swift.
//
// URLSession has no public way to name a CA, the oldest TLS version or a proxy, and it traps on
// responses that libcurl accepts. It hands every finished libcurl handle to curl_multi_add_handle;
// this target replaces that function, sets what is missing, and collects the response itself. One
// request at a time: the caller arms the settings, sends, looks at the outcome, takes the response,
// and disarms.
#ifndef CURLOPTIONS_H
#define CURLOPTIONS_H

#include <stddef.h>

// Whether this process's URLSession calls our hook. If not, nothing may be sent.
int tx_hook_effective(void);

// Flags for tx_arm.
enum {
  TX_PLAIN_HTTP = 1,      // allow only http; otherwise only https
  TX_SKIP_VERIFY = 2,     // accept any certificate for any name
};

// Copies the settings for the following requests. A url replaces the handle's own. https needs at
// least one of ca_blob, ca_path and ca_file; nothing else is trusted. Reading stops at maximum_body
// bytes of body. Returns 0 or an errno.
int tx_arm(const char *url, const char *ca_file, const char *ca_path,
           const unsigned char *ca_blob, size_t ca_blob_length, int flags, long timeout_ms,
           size_t maximum_body);

// Adds a client certificate and its private key, both PEM, to the settings of tx_arm. The key is
// erased by tx_disarm. Returns 0 or an errno.
int tx_set_client_certificate(const unsigned char *certificate, size_t certificate_length,
                              const unsigned char *key, size_t key_length);

// What is wrong with a client certificate, and its validity in seconds since 1970.
enum {
  TX_CLIENT_NO_CERTIFICATE = 1,
  TX_CLIENT_NO_KEY = 2,
  TX_CLIENT_KEY_ENCRYPTED = 3,
  TX_CLIENT_MISMATCH = 4,
  TX_CLIENT_UNSUPPORTED = 5,
};
struct tx_client_certificate { int fault; long long not_before, not_after; };

// Checks that a private key belongs to a certificate, both PEM; fault is 0 if it does.
struct tx_client_certificate tx_check_client_certificate(
    const unsigned char *certificate, size_t certificate_length, const unsigned char *key,
    size_t key_length);

// Sets the route of the following requests: a proxy's URL or NULL, and NULL or the addresses of the
// first host to connect to, as "HOST:PORT:ADDRESS,ADDRESS". The environment is ignored. Returns 0
// or an errno.
int tx_set_route(const char *proxy_url, const char *resolved);

// Discards the settings and the route; further requests are rejected.
void tx_disarm(void);

// What happened since tx_arm.
struct tx_outcome {
  int applied;         // handles with all settings applied
  int refused;         // handles that were prevented from connecting
  int refused_option;  // the libcurl option that could not be set, or 0
  int refused_code;    // and libcurl's reason
  int code;            // libcurl's result of the last transfer, or -1 if none has ended
  long os_errno;       // the last errno of a connection attempt
  long connect_status; // a proxy's response to CONNECT, or 0
  int connected;       // whether the server or a proxy accepted the connection
  long remote_port;    // the port that accepted it
  int tls_established; // whether the TLS handshake with the server was completed
  long verify_result;  // X509_V_… of the server's certificate; 1 until it was verified
  long proxy_verify_result; // the same of an https proxy; 0 without one
  long status;          // the last status code that libcurl read
  int too_many_headers; // whether the response's headers were larger than 64 KiB
  int too_large;        // whether its body was larger than allowed
  int certificate_names_no_host; // whether a certificate has no host name in its SAN
};
struct tx_outcome tx_outcome(void);

// The final header section with its status line, and the body. The caller frees both.
struct tx_response { char *head; size_t head_length; char *body; size_t body_length; };

// Returns the response, once; head is NULL if it was not complete.
struct tx_response tx_take_response(void);

// Stops OpenSSL from reading openssl.cnf and from loading error texts that are not used. Must be
// called before libcurl's first use of OpenSSL.
void tx_skip_openssl_config(void);

// Whether this is the static build, which contains its libraries.
int tx_is_static(void);

// Versions of what is linked or loaded: "7.88.1", "OpenSSL 3.0.19 …", "1.18.1"; NULL if absent.
const char *tx_version_libcurl(void);
const char *tx_version_openssl(void);
const char *tx_version_cares(void);

// The commit and the Swift toolchain of the static binary, such as "swift-6.3.1-RELEASE"; "unknown"
// in other builds.
const char *tx_commit(void);
const char *tx_toolchain(void);

// The process's environment. (Swift sees `environ` as a mutable global and rejects its use.)
char **tx_environment(void);

// Starts a program with one argument in a new session, with the umask and core limit that this
// process inherited and none of its open files. PATH is searched. Returns 0 or an errno.
int tx_start_apart(const char *program, const char *argument, char *const *environment);

// What a program wrote, in buffers of the caller, and how it ended.
struct tx_child {
  char *output;
  size_t output_capacity, output_length;
  char *errors;
  size_t errors_capacity, errors_length;
  int exit_code;   // 128 if a signal ended it
  int is_started;  // whether an errno is about its run and not about its start
};

// Runs the program at a path, without a shell and without standard input, and waits for its end.
// Standard error that does not fit is discarded. Returns 0 or an errno: ETIMEDOUT if it ran for
// longer than the given seconds, EFBIG if its output does not fit. Then it was killed.
int tx_run(const char *path, char *const *words, char *const *environment, double seconds,
           struct tx_child *child);

// Whether the process has the resources for a request: 0 or an errno, and whether threads or file
// descriptors are missing.
int tx_check_resources(int *is_threads);

// Disables core dumps, ptrace by other users and files readable by others; sets a single heap.
void tx_harden_process(void);

// Exits on SIGTERM, SIGINT, SIGHUP and SIGQUIT with the exit code, or with 128 plus the signal's
// number if it is negative. says_so writes a line to stderr first.
void tx_end_on_signals(int exit_code, int says_so);

// A signal that arrives between these calls ends the process after tx_end_writing, or after half a
// second.
void tx_begin_writing(void);
void tx_end_writing(void);

// Lets the kernel reap children, including those that PID 1 inherits.
void tx_reap_orphans(void);

// Waits for the given seconds or for SIGUSR1, which stays pending since the start of the process.
// Returns whether it was SIGUSR1.
int tx_wait_for_sigusr1(double seconds);

// Ends the process after the given seconds, with a text on stderr and exit code 4; with restarts,
// starts the program again in its place. A second call replaces the first.
void tx_limit_time(double seconds, const char *text, int restarts);
void tx_lift_time_limit(void);

#endif
