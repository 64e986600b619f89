// What URLSession cannot do on Linux, and calls that are awkward from Swift.
//
// URLSession has no public way to name a CA, the oldest TLS version or a proxy, and it traps on
// responses that libcurl accepts. It hands every finished libcurl handle to curl_multi_add_handle;
// this target replaces that function, sets the missing options, performs the transfer, and collects
// the response. Only one request runs at a time: the caller arms the settings, adds the headers and
// the body, starts the task, waits, reads the outcome, takes the response, and disarms. URLSession
// gets an error for every request.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <stddef.h>

// Whether URLSession calls the hook in this process. If not, nothing may be sent.
int tx_hook_effective(void);

// Flags for tx_arm.
enum {
  TX_PLAIN_HTTP = 1,      // allow only http; otherwise only https
  TX_SKIP_VERIFY = 2,     // accept any certificate for any name
};

// Copies the settings for the following requests. A url other than NULL replaces the handle's URL.
// https requires at least one of ca_blob, ca_path and ca_file; nothing else is trusted. A body
// larger than maximum_body bytes is rejected. Returns 0 or an errno.
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

// Adds a line to the header section of the following requests, such as "Accept: text/plain".
// Returns 0 or an errno.
int tx_add_header(const char *line);

// Sets the body of the following requests. Returns 0 or an errno.
int tx_set_body(const unsigned char *bytes, size_t length);

// Discards the settings, the headers, the body and the route; further requests are rejected.
void tx_disarm(void);

// What happened since tx_arm.
struct tx_outcome {
  int refused;         // handles that were prevented from connecting
  int refused_option;  // the libcurl option that could not be set, or 0
  int refused_code;    // libcurl's result when it was set
  int code;            // libcurl's result of the last transfer, or -1 if none has ended
  long os_errno;       // the last errno of a connection attempt
  long connect_status; // a proxy's response to CONNECT, or 0
  int connected;       // whether the server or proxy accepted the connection
  long remote_port;    // the port that accepted it
  int tls_established; // whether the TLS handshake with the server was completed
  long verify_result;  // X509_V_… of the server's certificate; 1 until it was verified
  long proxy_verify_result; // the same for an https proxy; 0 without one
  long status;          // the last status code that libcurl read
  int too_many_headers; // whether the response's headers were larger than 64 KiB
  int too_large;        // whether its body was larger than allowed
  int certificate_names_no_host; // whether a certificate has no host name in its SAN
};
struct tx_outcome tx_outcome(void);

// Waits until the request has ended or was rejected. Returns 0 if it has not after the given number
// of seconds.
int tx_wait(double seconds);

// Copies libcurl's description of the error, and returns its length.
size_t tx_error_text(unsigned char *text, size_t capacity);

// The final header section with its status line, and the body. The caller frees both.
struct tx_response { char *head; size_t head_length; char *body; size_t body_length; };

// Returns the response and forgets it; head is NULL if the response was incomplete.
struct tx_response tx_take_response(void);

// Stops OpenSSL from reading openssl.cnf and from loading unused error strings. Must be called
// before libcurl uses OpenSSL for the first time.
void tx_skip_openssl_config(void);

// Initializes OpenSSL on a second thread, once, so that the first TLS connection need not. Does
// nothing with a single processor, if no thread can be created, and in builds that load OpenSSL.
void tx_prepare_tls(void);

// Whether this is the static build, which contains its libraries.
int tx_is_static(void);

// Versions of what is linked or loaded: "7.88.1", "OpenSSL 3.0.19 …", "1.18.1"; NULL if absent.
const char *tx_version_libcurl(void);
const char *tx_version_openssl(void);
const char *tx_version_cares(void);

// The commit and the Swift toolchain (such as "swift-6.3.1-RELEASE") of the static binary;
// "unknown" in other builds.
const char *tx_commit(void);
const char *tx_toolchain(void);

// The process's environment. (Swift sees `environ` as a mutable global and rejects its use.)
char **tx_environment(void);

// Starts a program with one argument in a new session, with the inherited umask and core limit and
// without open files. PATH is searched. Returns 0 or an errno.
int tx_start_detached(const char *program, const char *argument, char *const *environment);

// The output of a program, in buffers of the caller, and its exit code.
struct tx_child {
  char *output;
  size_t output_capacity, output_length;
  char *errors;
  size_t errors_capacity, errors_length;
  int exit_code;   // 128 if a signal ended it
  int is_started;  // whether the program was started, if there is an error
};

// Runs the program at a path, without a shell and without standard input, and waits for its end.
// Standard error beyond its buffer is discarded. Returns 0 or an errno: ETIMEDOUT after the given
// seconds, EFBIG if standard output exceeds its buffer; in both cases the program was killed.
int tx_run(const char *path, char *const *words, char *const *environment, double seconds,
           struct tx_child *child);

// Checks that the process has the resources for a request. Returns 0 or an errno; is_threads is set
// if threads and not file descriptors are exhausted.
int tx_check_resources(int *is_threads);

// Disables core dumps and ptrace, sets the umask to 077, and limits malloc to one arena.
void tx_harden_process(void);

// Exits on SIGTERM, SIGINT, SIGHUP and SIGQUIT with the exit code, or with 128 plus the signal's
// number if it is negative. If announces is set, a line is written to stderr first.
void tx_end_on_signals(int exit_code, int announces);

// A signal that arrives between these calls ends the process at tx_end_writing, or after 500 ms if
// the write takes longer.
void tx_begin_writing(void);
void tx_end_writing(void);

// Lets the kernel reap children, including those that PID 1 inherits.
void tx_reap_orphans(void);

// Waits for the given seconds or until SIGUSR1, which is blocked from the start of the process and
// stays pending. Returns whether SIGUSR1 arrived.
int tx_wait_for_sigusr1(double seconds);

// After the given seconds, writes a text to stderr and exits with code 4 or, with restarts,
// executes the program again. A second call replaces the first.
void tx_limit_time(double seconds, const char *text, int restarts);
void tx_lift_time_limit(void);

#endif
